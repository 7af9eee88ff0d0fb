import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';

/** The graph came without the files its weights lie in. */
export class WeightsElsewhere extends DomainError {
  constructor(
    message: string,
    /** Paths from the graph's folder, as the graph has them. */
    readonly files: readonly string[],
  ) {
    super('UNSUPPORTED_MODEL', message);
  }
}

export function crashed(code: number | null, signal: NodeJS.Signals | null): DomainError {
  return new DomainError(
    'INVALID_MODEL',
    `Loading the model, or running it once on made-up inputs, crashed the ONNX runtime (${signal ?? `exit code ${code ?? 'unknown'}`}), in a process of its own: the file is damaged or needs more memory than there is; check it with onnx.checker.check_model(model, full_check=True)`,
  );
}

export function unreachable(cause?: Error): DomainError {
  const message = 'The process that reads models could not be started or reached; try again';
  return new WorkerUnavailable(message, { cause });
}

export function hung(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the model to load within ${timeoutMs / 1000} s, got no answer; simplify the graph (constants may be folded beforehand) and send it again`,
  );
}

export function hungInTrial(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected one run on made-up inputs (every variable dimension 1, every value 1) to end within ${timeoutMs / 1000} s, got no answer: the graph may loop for ever, or be too large for this machine`,
  );
}

export function tooLarge(memoryBytes: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the model to load, and to run once on made-up inputs (every variable dimension 1, every value 1), in ${Math.round(memoryBytes / 2 ** 20)} MiB of memory, got more: the graph may make very large tensors of nothing; make them smaller, or inputs`,
  );
}

export function stopping(): DomainError {
  return new WorkerUnavailable('The server is stopping and reads no more models');
}
