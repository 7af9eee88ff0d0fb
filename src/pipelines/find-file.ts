/**
 * Where the bytes of a stored file are, by its digest.
 *
 * @throws DomainError where there is no such file
 */
export type FindFile = (digest: string, signal?: AbortSignal) => Promise<string>;
