import { setImmediate as nextTurn } from 'node:timers/promises';
import { patienceOf, type AlertCondition } from '../rules/condition.js';
import { advance, type OpenState } from './advance.js';
import { HistoryWindows, type HistoryPart, type MetricHistory } from './metric-history.js';
import type { WatchedDeployment } from './metric-source.js';
import { observe } from './observe.js';

/** When an alert would have fired. */
export interface Firing {
  readonly since: Date;
  readonly firedAt: Date;
  /** Null: it fired to the end. */
  readonly resolvedAt: Date | null;
  /** When it fired. */
  readonly value: number | null;
  readonly threshold: number | null;
  readonly message: string;
}

export interface ReplayResult {
  readonly firings: readonly Firing[];
  /** How many looks were made, and how far apart. */
  readonly looks: number;
  readonly stepMs: number;
}

const LOOKS_AT_ONCE = 200;
const MAX_LOOKS = 20_000;
const MAX_GAP_MS = 30_000;

/** What a rule would have said of what was measured, by the same code that judges what is measured now. */
export async function replay<Part extends HistoryPart>(
  { condition, forMs }: { readonly condition: AlertCondition; readonly forMs: number },
  deployment: WatchedDeployment,
  history: MetricHistory<Part>,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<ReplayResult> {
  const { resolutionMs } = history;
  const stepMs = Math.ceil(Math.max(resolutionMs, (until - since) / MAX_LOOKS) / resolutionMs) * resolutionMs;
  const windows = new HistoryWindows(history);
  const policy = { forMs, patienceMs: patienceOf(condition), maxGapMs: Math.max(MAX_GAP_MS, 2 * stepMs) };
  const firings: Firing[] = [];
  let state: OpenState | null = null;
  let looks = 0;
  for (let now = Math.ceil(since / stepMs) * stepMs; now <= until; now += stepMs) {
    const at = now;
    const observation = observe(
      condition,
      deployment,
      {
        metrics: {
          window: (_, windowMs, agoMs) => windows.window(windowMs, at - agoMs),
          knownSince: history.knownSince,
          lastRequestAt: () => windows.lastRequestAt(at),
        },
        drift: { driftedFeatures: () => undefined },
        qualities: { quality: () => undefined },
      },
      now,
    );
    const step = advance(state, observation, policy, now);
    state = step.state;
    if (step.action === 'FIRE')
      firings.push({
        since: new Date(step.state.since),
        firedAt: new Date(now),
        resolvedAt: null,
        value: 'value' in observation ? observation.value : null,
        threshold: 'threshold' in observation ? observation.threshold : null,
        message: observation.message(),
      });
    const last = firings.at(-1);
    if (step.action === 'RESOLVE' && last)
      firings[firings.length - 1] = { ...last, resolvedAt: new Date(now) };
    looks += 1;
    if (looks % LOOKS_AT_ONCE === 0) await nextTurn();
  }
  return { firings, looks, stepMs };
}
