import type { AbortSignalLike } from '../../platform/until-aborted.js';
import { beginObservations, type GuardObservations, type GuardSettings } from '../guards/index.js';
import type { Mirror, ModelHandle, TrialSeat, TrialSide } from './model-handle.js';

/** Mirrored requests under way at once; beyond, the next ones are not mirrored: callers come first. */
const MAX_MIRRORED = 4;

export interface TrialSides {
  /** Numbers of revisions. */
  readonly base: number;
  readonly candidate: number;
  /** The share, from 0 to 1, of each side's requests that the other side is asked as well. */
  readonly mirrored: Readonly<Record<TrialSide, number>>;
}

/** Lets requests in to one revision of a deployment. */
export interface TrialAccess {
  acquireFrom(deployment: string, revision: number, signal: AbortSignalLike): Promise<ModelHandle | null>;
}

/** What is seen of a candidate beside what serves, since the present step began. */
export class Trial {
  readonly observed: GuardObservations;
  private mirroring = 0;

  constructor(
    private readonly router: TrialAccess,
    private readonly deployment: string,
    private readonly sides: TrialSides,
    guards: GuardSettings,
  ) {
    this.observed = beginObservations(guards);
  }

  /** The handle, which now also tells the trial, when its revision is one of its sides. */
  follow(handle: ModelHandle, revision: number): ModelHandle {
    const { base, candidate } = this.sides;
    if (revision === base) return { ...handle, trial: this.seat('BASE') };
    return revision === candidate ? { ...handle, trial: this.seat('CANDIDATE') } : handle;
  }

  private seat(side: TrialSide): TrialSeat {
    return {
      side,
      observe: (outcome) => (side === 'BASE' ? this.observed.base : this.observed.candidate).observe(outcome),
      answered: (outputs) => {
        if (side === 'BASE') this.observed.comparison.observeBase(outputs);
        else this.observed.comparison.observeCandidate(outputs);
      },
      mirror: () => this.mirror(side),
      fallback: (signal) => (side === 'BASE' ? Promise.resolve(null) : this.acquireFrom('BASE', signal)),
    };
  }

  private acquireFrom(side: TrialSide, signal: AbortSignalLike): Promise<ModelHandle | null> {
    const { base, candidate } = this.sides;
    return this.router.acquireFrom(this.deployment, side === 'BASE' ? base : candidate, signal);
  }

  private mirror(side: TrialSide): Mirror | null {
    if (this.mirroring >= MAX_MIRRORED || Math.random() >= this.sides.mirrored[side]) return null;
    this.mirroring += 1;
    const other: TrialSide = side === 'BASE' ? 'CANDIDATE' : 'BASE';
    let closed = false;
    return {
      acquire: (signal) => this.acquireFrom(other, signal),
      observe: (outcome) => {
        // What serves is judged by the requests it has anyway; the candidate may have no others.
        if (other === 'CANDIDATE') this.observed.candidate.observe(outcome);
      },
      compare: (own, others) => {
        // This side's own answer is in the distributions already.
        const { comparison } = this.observed;
        if (side === 'BASE') {
          comparison.compare({ base: own, candidate: others });
          if (others) comparison.observeCandidate(others);
        } else if (others) {
          // The serving version's failure is not held against the candidate.
          comparison.compare({ base: others, candidate: own });
          comparison.observeBase(others);
        }
      },
      close: () => {
        if (closed) return;
        closed = true;
        this.mirroring -= 1;
      },
    };
  }
}
