import { isAlive, replacedBy, standsFor, type Move } from './desired.js';
import type { RevisionRecord } from '../records.js';

/** A change of several revisions of one deployment at once. */
export interface Arrangement {
  /** New shares of the traffic; the others keep theirs. */
  readonly weights?: ReadonlyMap<RevisionRecord, number>;
  /** Becomes the primary, with all the traffic unless `weights` says otherwise. */
  readonly promote?: RevisionRecord | undefined;
  /** For a rollback: what one more step goes back to; else the old primary. */
  readonly previous?: number | null | undefined;
  /** How long the old primary is kept in memory without traffic; 0, or left out: it is drained at once. */
  readonly keepWarmMs?: number;
  /** Take no new requests and leave memory when the last ones are answered. */
  readonly leaving?: readonly RevisionRecord[];
  readonly leaveReason?: string;
}

/** The rows that change, in an order in which no two primaries serve. Pure. */
export function rearranged(
  revisions: readonly RevisionRecord[],
  { weights = new Map(), promote, previous, keepWarmMs = 0, leaving = [], leaveReason = '' }: Arrangement,
  now: number,
): Move[] {
  const moves = leaving.flatMap((revision) => departure(revision, leaveReason));
  const primary = standsFor(revisions);
  const old = promote && primary !== promote ? primary : null;
  if (old && promote) {
    const weight = weights.get(old) ?? 0;
    const isKept = old.state === 'READY' && keepWarmMs > 0;
    const standbyUntil = weight === 0 && isKept ? new Date(now + keepWarmMs) : null;
    moves.push({
      revision: old,
      place: { role: weight > 0 ? 'CANDIDATE' : 'STANDBY', weight, standbyUntil },
    });
    if (weight === 0 && !isKept) moves.push(...departure(old, replacedBy(promote)));
  }
  if (promote) {
    moves.push({
      revision: promote,
      place: { role: 'PRIMARY', weight: 100, standbyUntil: null },
      ...(old && {
        serves: { previous: previous === undefined ? old.number : previous, exactly: previous !== undefined },
      }),
    });
  }
  for (const [revision, weight] of weights) moves.push({ revision, place: { weight } });
  return moves;
}

/** What serves drains; what is on its way gives up. */
export function departure(revision: RevisionRecord, reason: string): Move[] {
  if (!isAlive(revision)) return [];
  if (revision.state === 'READY') return [{ revision, to: 'DRAINING', reason, place: { weight: 0 } }];
  return [{ revision, to: 'STOPPED', reason }];
}
