import type { Signature, Tensor } from '../../tensors/index.js';
import type { Answer, Exchange } from './connection.js';

/** What an engine says of itself and of one of its models. */
export interface Description {
  /** Null where it says nothing of the model's tensors. */
  readonly signature: Signature | null;
  /** Whether it takes and gives tensors as bytes. */
  readonly binary: boolean;
  /** Whether it reads how long an answer is waited for. */
  readonly deadlines: boolean;
}

/** What is sent for one run. */
export type Question = Pick<Exchange, 'path' | 'headers' | 'body'>;

export interface Asked {
  readonly inputs: readonly Tensor[];
  /** Never empty. */
  readonly outputs: readonly string[];
  /** How long the answer is waited for. */
  readonly limitMs: number;
}

/** Asks for something small. @throws ExchangeFailure */
export type Get = (path: string) => Promise<Answer>;

/** One of the protocols an engine is spoken to in; knows nothing of connections. */
export interface EngineProtocol {
  /**
   * @throws ExchangeFailure; RemoteUnavailable while the model is not ready; Refused for an answer that no time will mend
   */
  describe(get: Get): Promise<Description>;
  /** @throws DomainError RUN_FAILED for values that cannot be written in this protocol */
  question(asked: Asked, description: Description): Question;
  /**
   * Of an answer with status 200.
   * @param signature of the version, by which answers without types are read
   * @throws DomainError REMOTE_FAILED
   */
  outputs(answer: Answer, asked: Asked, signature: Signature): Tensor[];
}
