import { RunnerLost } from '../runtime/index.js';
import { ownError } from './own-error.js';

/** How often one request is given to a model at most. It is being worked on in two of them: joined, and alone. */
const MAX_ATTEMPTS = 5;

/** The runner ended during a run that several requests shared: which of them it was is not known. */
export class LostInCompany extends Error {
  constructor(readonly loss: RunnerLost) {
    super(loss.message, { cause: loss });
  }
}

/** What becomes of a request whose runner was lost, from one attempt to the next. */
export class Attempts {
  /** From now on it is joined with no other: one of them may have ended the runner. */
  alone = false;
  private made = 0;

  /**
   * What did not run when the runner was lost, and what shared a run, is given to a model again. What was alone then, or
   * failed in any other way, is not.
   * @throws what the caller is told
   */
  failed(error: unknown): void {
    this.made += 1;
    const suspect = error instanceof LostInCompany && !this.alone;
    const innocent = error instanceof RunnerLost && !error.atWork;
    if ((suspect || innocent) && this.made < MAX_ATTEMPTS) {
      this.alone ||= suspect;
      return;
    }
    throw error instanceof LostInCompany ? ownError(error.loss) : error;
  }
}
