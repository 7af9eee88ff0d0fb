import type { AbortSignalLike } from '../platform/until-aborted.js';
import { beginObservations, type GuardObservations, type GuardSettings } from './guards/index.js';
import type { Mirror, ModelHandle, TrialSeat, TrialSide } from './model-handle.js';
import type { RevisionArm } from './revision-arm.js';

/** Mirrored requests under way at once; beyond, the next ones are not mirrored: callers come first. */
const MAX_MIRRORED = 4;

export interface TrialSides {
  readonly base: RevisionArm;
  readonly candidate: RevisionArm;
  /** The share, from 0 to 1, of each side's requests that the other side is asked as well. */
  readonly mirrored: Readonly<Record<TrialSide, number>>;
  acquireFrom(arm: RevisionArm, signal: AbortSignalLike): Promise<ModelHandle | null>;
}

/** What is seen of a candidate beside what serves, since the present step began. */
export class Trial {
  readonly observed: GuardObservations;
  private mirroring = 0;

  constructor(
    private readonly sides: TrialSides,
    guards: GuardSettings,
  ) {
    this.observed = beginObservations(guards);
  }

  /** The handle, which now also tells the trial, when its arm is on one of its sides. */
  follow(handle: ModelHandle, arm: RevisionArm): ModelHandle {
    const { base, candidate } = this.sides;
    if (arm === base) return { ...handle, trial: this.seat('BASE') };
    return arm === candidate ? { ...handle, trial: this.seat('CANDIDATE') } : handle;
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
      fallback: (signal) =>
        side === 'BASE' ? Promise.resolve(null) : this.sides.acquireFrom(this.sides.base, signal),
    };
  }

  private mirror(side: TrialSide): Mirror | null {
    if (this.mirroring >= MAX_MIRRORED || Math.random() >= this.sides.mirrored[side]) return null;
    this.mirroring += 1;
    const other: TrialSide = side === 'BASE' ? 'CANDIDATE' : 'BASE';
    const arm = other === 'BASE' ? this.sides.base : this.sides.candidate;
    let closed = false;
    return {
      acquire: (signal) => this.sides.acquireFrom(arm, signal),
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
