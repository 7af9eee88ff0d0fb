import { EXIT, type ExitCode } from './exit-codes.js';

/** Why a command did not do what it was asked. `code` is for programs, `message` for people. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly exit: ExitCode,
    readonly code: string,
    message: string,
    readonly field: readonly string[] | null = null,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

export function wrongUsage(message: string): Failure {
  return new Failure(EXIT.USAGE, 'USAGE', message);
}

/** A file on this machine that cannot be read or written; `doing` is what was tried, such as `read`. */
export function fileFailure(doing: string, path: string, cause: unknown): Failure {
  const reason = REASONS[codeOf(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause));
  return new Failure(EXIT.USAGE, 'FILE', `Could not ${doing} ${path}: ${reason}.`, null, { cause });
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is not a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};
