import type { FleetDeploymentFragment } from '../__generated__/operations.js';
import type { Tone } from '../components/badge.js';
import type { IconName } from '../components/icon.js';
import { formatCount } from '../formats/numbers.js';
import type { FiringAlert } from './use-fleet-alerts.js';
import type { DriftOfVersion } from './use-fleet-drift.js';
import type { Figures } from './use-fleet-figures.js';

/** Why somebody should look at a deployment. */
export interface Concern {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
  /** The longer story, where there is one. */
  readonly detail?: string | null;
}

export interface FleetEntry {
  readonly deployment: FleetDeploymentFragment;
  readonly figures: Figures | undefined;
  readonly series: readonly number[];
  readonly drift: DriftOfVersion | undefined;
  /** What needs attention most comes first; empty where all is well. */
  readonly concerns: readonly Concern[];
  /** What comes first in the fleet; larger where less is wrong. */
  readonly rank: number;
}

interface Known {
  readonly figures: Figures | undefined;
  readonly series: readonly number[] | undefined;
  readonly alerts: readonly FiringAlert[] | undefined;
  readonly drift: DriftOfVersion | undefined;
}

/** Ranks, so that rows do not change places for every request: who has the same is sorted by name. */
const FINE = 100;

/** What is known of a deployment, and what of it needs attention. */
export function fleetEntry(deployment: FleetDeploymentFragment, known: Known): FleetEntry {
  const ranked = [...rankedConcerns(deployment, known)];
  return {
    deployment,
    figures: known.figures,
    series: known.series ?? [],
    drift: known.drift,
    concerns: ranked.map(([, concern]) => concern),
    rank: Math.min(FINE, ...ranked.map(([rank]) => rank)),
  };
}

function* rankedConcerns(
  { state, stateReason, migration }: FleetDeploymentFragment,
  { figures, alerts = [], drift }: Known,
): Generator<readonly [rank: number, Concern]> {
  if (state === 'FAILED') yield [0, { tone: 'bad', icon: 'failed', text: 'Failed', detail: stateReason }];
  for (const { ruleName, message, severity } of alerts)
    yield [
      1,
      { tone: severity === 'CRITICAL' ? 'bad' : 'warn', icon: 'bell', text: ruleName, detail: message },
    ];
  const errors = Number(figures?.errors ?? 0);
  if (errors > 0)
    yield [
      2,
      {
        tone: 'bad',
        icon: 'warning',
        text: `${formatCount(errors)} ${errors === 1 ? 'error' : 'errors'} a minute`,
      },
    ];
  if (drift?.verdict === 'DRIFTED')
    yield [3, { tone: 'warn', icon: 'drift', text: 'Drifted', detail: drift.reason }];
  if (migration?.state === 'AWAITING_APPROVAL')
    yield [4, { tone: 'warn', icon: 'clock', text: `${migration.toRevision.version.ref} awaits approval` }];
  if (migration?.state === 'PAUSED')
    yield [5, { tone: 'warn', icon: 'pause', text: 'Migration paused', detail: migration.waitsFor }];
}

export function byAttention(one: FleetEntry, other: FleetEntry): number {
  const names = one.deployment.name < other.deployment.name ? -1 : 1;
  return one.rank - other.rank || stopped(one) - stopped(other) || names;
}

/** What is stopped on purpose needs nobody. */
function stopped({ deployment }: FleetEntry): number {
  return deployment.state === 'STOPPED' ? 1 : 0;
}
