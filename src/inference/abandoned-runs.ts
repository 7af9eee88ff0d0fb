import type { RunUnderWay } from '../runtime/index.js';
import type { RunInProgress } from './run-in-progress.js';

export interface Abandonment {
  /** How long a run may go on that nobody waits for, while others wait for the model. */
  readonly graceMs: number;
  /** Ends the run; see LoadedModel.abandon. */
  end(run: RunUnderWay): void;
}

/** Sees to it that runs whose callers have all gone do not hold the model for long while others wait. */
export class AbandonedRuns {
  constructor(
    private readonly abandonment: Abandonment,
    /** Whether requests wait in the queue. */
    private readonly othersWait: () => boolean,
  ) {}

  add(run: RunInProgress): void {
    // Over by itself as a rule: another look costs nothing beside what such a run costs.
    setTimeout(() => this.look(run), this.abandonment.graceMs).unref();
  }

  private look(run: RunInProgress): void {
    if (run.over) return;
    const { process } = run;
    if (process?.atWork === true && (process.followers > 0 || this.othersWait()))
      this.abandonment.end(process);
    this.add(run);
  }
}
