/** What the process ends with. Documented in docs/cli.md; scripts depend on it. */
export const EXIT = {
  DONE: 0,
  /** The server refused the request for a reason the caller can put right; nothing was changed. */
  REFUSED: 1,
  /** The command line itself is wrong, or a file on this machine cannot be read or written. */
  USAGE: 2,
  /** No answer: the server is away, does not accept the key, is overloaded or failed inside, or the model's run did. */
  UNAVAILABLE: 3,
  /** All went well and the answer is no: a breaking change, a deployment that failed, an instance without a value. */
  NEGATIVE: 4,
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
