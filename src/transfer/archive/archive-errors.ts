import { DomainError } from '../../platform/errors.js';

/** The bytes are not an archive, or not the one they were. */
export function invalidArchive(problem: string, cause?: unknown): DomainError {
  return new DomainError(
    'ARCHIVE_INVALID',
    `The archive cannot be imported: ${problem}. Nothing was changed; export it again, or send it again.`,
    { field: ['archive'], cause },
  );
}

export function unsupportedArchive(got: number, known: number): DomainError {
  return new DomainError(
    'ARCHIVE_UNSUPPORTED',
    `Expected an archive of format version ${known}, got ${got}, which a newer Retort wrote. Import it into one that is as new.`,
    { field: ['archive'] },
  );
}

/** What was refused for an input is refused here for the same reason, said of the archive. */
export function byRule(what: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const place = error.field?.join('.') ?? '';
    throw invalidArchive(
      `${what}${place === '' ? '' : `, ${place}`}: ${error.message.replace(/\.$/, '')}`,
      error,
    );
  }
}
