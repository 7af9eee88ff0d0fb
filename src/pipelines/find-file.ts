/**
 * Where the bytes of a stored file are, by its digest.
 *
 * @throws DomainError where there is no such file
 */
export type FindFile = (digest: string, signal?: AbortSignal) => Promise<string>;

/** The same of what callers sent, which is kept for a while: null where there is no such file. */
export type FindUpload = (digest: string, signal?: AbortSignal) => Promise<string | null>;
