import { DomainError } from '../platform/errors.js';

/** The model ran and refused these inputs; it goes on. */
export function runFailed(words: string): DomainError {
  return new DomainError('RUN_FAILED', `The model failed on these inputs: ${words}`);
}

/** The model wanted more memory than it gets; it goes on, or another process takes its place. */
export function outOfMemory(words: string, limitBytes: number | undefined): DomainError {
  const limit =
    limitBytes === undefined
      ? 'than there is'
      : `than the ${Math.round(limitBytes / 1e6)} MB it may take (runtime.maxMemoryBytes)`;
  const [, wanted] = /buffer of size (\d+)/.exec(words) ?? [];
  const said = wanted === undefined ? '' : `: it wanted ${Math.ceil(Number(wanted) / 1e6)} MB at once`;
  return new DomainError(
    'MODEL_OUT_OF_MEMORY',
    `For this request the model needs more memory ${limit}${said}. Send fewer rows or smaller values, or have the limit raised.`,
  );
}

/** Its process was ended for it. */
export function tooLongMessage(limitMs: number): string {
  return (
    `The process that ran the model was ended, since its run took longer than ${limitMs} ms (runtime.maxRunMs). ` +
    'The same request would take as long again: send fewer rows or other values, or have maxRunMs raised.'
  );
}

const REFUSED = ['RUN_FAILED', 'MODEL_OUT_OF_MEMORY', 'RUN_TOO_LONG'] as const;

/** Whether the request is to blame, and the same one would fail again; the model itself goes on. */
export function isRunRefused(
  error: unknown,
): error is DomainError & { readonly code: (typeof REFUSED)[number] } {
  return error instanceof DomainError && REFUSED.some((code) => code === error.code);
}
