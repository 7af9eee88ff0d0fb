import type { RevisionRecord } from '../records.js';

export const HARNESS_PHASES = [
  'EMPTY',
  'LOADING',
  'LOADED',
  'WARMING',
  'WARM',
  'SERVING',
  'FAILED',
  'DRAINING',
  'FREED',
] as const;
export type HarnessPhase = (typeof HARNESS_PHASES)[number];

/**
 * What a harness may do next. FAILED holds nothing: its model did not come up, or its runner ended while it served. A model
 * that is SERVING may be out of memory until the next request (Serving). FREED is final.
 */
export const HARNESS_TRANSITIONS: Readonly<Record<HarnessPhase, readonly HarnessPhase[]>> = {
  EMPTY: ['LOADING', 'SERVING', 'FREED'],
  LOADING: ['LOADED', 'FAILED', 'FREED'],
  LOADED: ['WARMING', 'FAILED', 'FREED'],
  WARMING: ['WARM', 'FAILED', 'FREED'],
  WARM: ['SERVING', 'FAILED', 'FREED'],
  SERVING: ['DRAINING', 'FAILED', 'FREED'],
  FAILED: ['LOADING', 'FREED'],
  DRAINING: ['FREED'],
  FREED: [],
};

/** By the revision's id. */
type Phases = ReadonlyMap<string, { readonly phase: HarnessPhase }>;

/** The rows say that it serves, and it does. */
export function serves(harnesses: Phases, { id, state }: RevisionRecord): boolean {
  return state === 'READY' && harnesses.get(id)?.phase === 'SERVING';
}

/** On its way to serve: what it loads takes memory already. */
export function isComingUp(phase: HarnessPhase | undefined): boolean {
  return phase === 'LOADING' || phase === 'LOADED' || phase === 'WARMING' || phase === 'WARM';
}
