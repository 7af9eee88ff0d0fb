import type { Signature, Tensor } from '../../tensors/index.js';
import { retryAfterMs, wordsOf } from './answer-body.js';
import { Connection, type Answer } from './connection.js';
import type { Asked, Description, EngineProtocol } from './engine-protocol.js';
import { needsBinary, OpenInference } from './open-inference.js';
import { badAnswer, ExchangeFailure, RemoteUnavailable, unusable } from './remote-failures.js';
import { remoteText, type RemoteTarget } from './remote-target.js';
import { answerFits, checkFit, specText } from './signature-fit.js';
import { TfServing } from './tf-serving.js';
import { AnswerTooLarge } from '../answer-size.js';
import { runFailed } from '../run-failure.js';
import { DomainError } from '../../platform/errors.js';

const METADATA_LIMIT_MS = 10_000;
const METADATA_BYTES = 4 * 1024 ** 2;
/** Of an answer whose outputs nobody has bounded. */
const MAX_ANSWER_BYTES = 256 * 1024 ** 2;
/** JSON takes as many characters for a number of four bytes at most, and as many bytes around the numbers. */
const JSON_GROWTH = 8;
const AROUND_BYTES = 1024 ** 2;
const RETRY_AFTER_MS = 1_000;

export interface Asking extends Asked {
  /** Of tensors; 0: whatever is read at all. */
  readonly maxOutputBytes: number;
  /** As `EngineClient.generation` was when the model was last looked at. */
  readonly generation: number;
  /** Called once with what gives the exchange up. */
  readonly taken: (cancel: () => void) => void;
}

/** Speaks to one model of one server: what it is, and what it answers. Decides nothing about when. */
export class EngineClient {
  private readonly connection: Connection;
  private readonly protocol: EngineProtocol;
  private readonly secret: string | null;

  /** @param access.secret a value of the operator's, which no message ever holds */
  constructor(
    private readonly target: RemoteTarget,
    access: {
      readonly mayConnect: (address: string) => boolean;
      readonly secret: string | null;
      readonly ca?: string | undefined;
    },
  ) {
    const { mayConnect, secret, ca } = access;
    this.secret = secret;
    this.connection = new Connection(target.url, {
      mayConnect,
      authorization: secret === null ? null : authorizationOf(secret),
      ca,
    });
    this.protocol = target.protocol === 'OPEN_INFERENCE' ? new OpenInference(target) : new TfServing(target);
  }

  get generation(): number {
    return this.connection.generation;
  }

  get closesEach(): boolean {
    return this.connection.closesEach;
  }

  /**
   * Whether the model is there and ready, and what the engine says of it.
   *
   * @param version what it has to be; null: whatever it is
   * @throws DomainError REMOTE_UNUSABLE, RemoteUnavailable
   */
  async describe(version: Signature | null): Promise<Description> {
    const what = remoteText(this.target);
    try {
      const description = await this.protocol.describe((path) => this.get(path));
      const { signature, binary } = description;
      if (version !== null && signature !== null) checkFit(version, signature, what);
      const either = version ?? signature;
      if (this.target.protocol === 'OPEN_INFERENCE' && !binary && either !== null && needsBinary(either))
        throw unusable(
          'The model has tensors of FP16, which only binary tensors carry, and the remote engine does not say that it speaks them (binary_tensor_data): serve it by one that does, or cast to FP32 there.',
        );
      return description;
    } catch (error) {
      throw this.told(error, what);
    }
  }

  /** @throws ExchangeFailure; DomainError RUN_FAILED, REMOTE_FAILED, UNAVAILABLE, INVALID_ARGUMENT */
  async ask(asking: Asking, description: Description, signature: Signature): Promise<Tensor[]> {
    const { limitMs, maxOutputBytes, generation } = asking;
    const growth = description.binary ? 1 : JSON_GROWTH;
    const sending = this.connection.send({
      ...this.protocol.question(asking, description),
      method: 'POST',
      limitMs,
      generation,
      maxBytes: maxOutputBytes === 0 ? MAX_ANSWER_BYTES : maxOutputBytes * growth + AROUND_BYTES,
    });
    asking.taken(sending.cancel);
    const received = await sending.answer.catch((error: unknown) => {
      if (error instanceof ExchangeFailure && error.end === 'TOO_LARGE' && maxOutputBytes > 0)
        throw new AnswerTooLarge(maxOutputBytes + 1, maxOutputBytes);
      throw error;
    });
    if (received.status !== 200) throw this.refusal(received);
    const outputs = this.protocol.outputs(received, asking, signature);
    for (const tensor of outputs) {
      const spec = signature.outputs.find(({ name }) => name === tensor.name);
      if (spec === undefined || !answerFits(spec, tensor.datatype, tensor.shape))
        throw badAnswer(
          `answered ${specText(tensor)} where the version has ${spec === undefined ? 'no such output' : specText(spec)}`,
        );
    }
    return outputs;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private get(path: string): Promise<Answer> {
    return this.connection.send({
      method: 'GET',
      path,
      headers: { accept: 'application/json' },
      limitMs: METADATA_LIMIT_MS,
      maxBytes: METADATA_BYTES,
    }).answer;
  }

  /** What a request gets whose answer is an error. What the engine may mend by itself is worth another try by the caller. */
  private refusal(answer: Answer): DomainError {
    const { status } = answer;
    const words = this.withoutSecret(wordsOf(answer));
    if (
      status === 400 ||
      status === 413 ||
      status === 415 ||
      status === 422 ||
      status === 500 ||
      status === 501
    )
      return runFailed(`the remote engine refuses the request (${words}).`);
    if (status === 429 || status === 408 || (status >= 502 && status <= 504))
      return new RemoteUnavailable(`The remote engine did not answer the request (${words}); try again`, {
        retryAfterMs: retryAfterMs(answer) ?? RETRY_AFTER_MS,
      });
    const { location = '' } = answer.headers;
    const redirect =
      location === '' ? '' : ` to ${JSON.stringify(location.slice(0, 200))}, which is not followed`;
    return badAnswer(`answered a request with ${words}${redirect}`);
  }

  /** A failure to describe the model, in words for an operator. */
  private told(error: unknown, what: string): Error {
    if (error instanceof ExchangeFailure) {
      const message = `The remote engine of ${what} ${error.what}`;
      return error.end === 'UNTRUSTED' || error.end === 'FORBIDDEN' || error.end === 'TOO_LARGE'
        ? unusable(`${message}.`, error)
        : new RemoteUnavailable(message, { cause: error });
    }
    if (error instanceof DomainError && error.code === 'REMOTE_FAILED') return unusable(error.message, error);
    if (error instanceof DomainError) {
      error.message = this.withoutSecret(error.message);
      return error;
    }
    return error instanceof Error ? error : new Error(String(error));
  }

  /** An engine may repeat in an error what it was sent. */
  private withoutSecret(text: string): string {
    const { secret } = this;
    if (secret === null) return text;
    const token = secret.replace(/^(?:bearer|basic)\s+/i, '');
    return text.replaceAll(secret, '(secret)').replaceAll(token, '(secret)');
  }
}

/** A secret that says how it is to be used is used so. */
function authorizationOf(secret: string): string {
  return /^(?:bearer|basic) /i.test(secret) ? secret : `Bearer ${secret}`;
}
