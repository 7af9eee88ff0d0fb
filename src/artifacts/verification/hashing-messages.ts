/** To the thread: a file to hash, from its first byte to its last. */
export interface HashRequest {
  readonly path: string;
}

/** From the thread, about the file it was given last. */
export type HashReport =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'hashed'; readonly digest: string }
  /** @property code of the system, such as ENOENT */
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string };
