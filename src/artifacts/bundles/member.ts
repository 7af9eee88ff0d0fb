import { DomainError } from '../../platform/errors.js';

/** A file of a tar or zip on its way in, or of a stored bundle. */
export interface Member {
  /** A path with slashes. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** @throws whatever reading the file that holds it throws */
  readonly read: () => AsyncIterable<Buffer>;
}

/** One for each tensor is the most that exporters write. */
export const MAX_MEMBERS = 10_000;

export function badBundle(problem: string, cause?: unknown): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected a tar or zip of one model.onnx and the files its weights lie in, or of a model folder with saved_model.pb or NAME-symbol.json, got ${problem}`,
    { field: ['body'], cause },
  );
}

/** A name from the bytes of a tar or zip. @throws DomainError INVALID_ARGUMENT */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw badBundle(
      `a file whose name is not UTF-8: ${JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 100))}`,
      error,
    );
  }
}

/** What systems leave in archives without being asked. */
const DROPPINGS = /^(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/;

/**
 * A path within the folder that an archive is, in one form.
 *
 * @returns null for what is no file of anyone's
 * @throws DomainError INVALID_ARGUMENT for a path that leads elsewhere, on any system
 */
export function memberName(name: string): string | null {
  const shown = JSON.stringify(name.slice(0, 200));
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(name))
    throw badBundle(`a file named ${shown}: control characters and backslashes are in no path here`);
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) throw badBundle(`the absolute path ${shown}`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw badBundle(`${shown}, which leads out of its folder`);
  if (parts.length === 0 || parts.some((part) => DROPPINGS.test(part))) return null;
  return parts.join('/');
}
