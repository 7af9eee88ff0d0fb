import type { Observation } from './observation.js';

/** Where one rule stands for one deployment; null: nothing is wrong. */
export interface OpenState {
  readonly phase: 'PENDING' | 'FIRING';
  /** When the condition began to hold. Milliseconds since 1970, as all times here. */
  readonly since: number;
  readonly firedAt: number | null;
  /** How long the condition was seen to hold, in milliseconds. */
  readonly heldMs: number;
  /** For how long in a row nothing was known, in milliseconds. */
  readonly unknownMs: number;
  readonly seenAt: number;
}

export interface AdvancePolicy {
  /** How long the condition must hold before the alert fires, in milliseconds. */
  readonly forMs: number;
  /** How long nothing may be known before what is open ends, in milliseconds. */
  readonly patienceMs: number;
  /** What counts at most between two looks, in milliseconds: time in which nobody looked proves nothing. */
  readonly maxGapMs: number;
}

export type Step =
  | { readonly action: 'NONE'; readonly state: OpenState | null }
  | { readonly action: 'WAIT' | 'FIRE'; readonly state: OpenState }
  /** DROP ends what never fired, RESOLVE what did. */
  | { readonly action: 'DROP' | 'RESOLVE'; readonly state: null };

/**
 * One look further. Time is only ever added up between looks, and never more than `maxGapMs` of it: a clock that jumps
 * neither fires an alert nor holds one back by more than one look.
 */
export function advance(
  state: OpenState | null,
  observation: Observation,
  policy: AdvancePolicy,
  now: number,
): Step {
  if (state === null) return begin(observation, policy, now);
  const passedMs = Math.min(Math.max(0, now - state.seenAt), policy.maxGapMs);
  const seen = { ...state, seenAt: now };
  switch (observation.kind) {
    case 'GONE':
    case 'CLEAR':
      return ended(state);
    case 'UNKNOWN': {
      const unknownMs = state.unknownMs + passedMs;
      return unknownMs > policy.patienceMs ? ended(state) : { action: 'NONE', state: { ...seen, unknownMs } };
    }
    case 'BETWEEN':
      if (state.phase === 'PENDING') return ended(state);
      return { action: 'NONE', state: { ...seen, unknownMs: 0 } };
    case 'BREACHED': {
      // Between an unknown look and this one nobody knows whether it held.
      const heldMs = state.heldMs + (state.unknownMs > 0 ? 0 : passedMs);
      const holding = { ...seen, heldMs, unknownMs: 0 };
      if (state.phase === 'FIRING') return { action: 'NONE', state: { ...holding, heldMs: state.heldMs } };
      return heldMs >= policy.forMs
        ? { action: 'FIRE', state: { ...holding, phase: 'FIRING', firedAt: now } }
        : { action: 'NONE', state: holding };
    }
  }
}

function begin({ kind }: Observation, { forMs }: AdvancePolicy, now: number): Step {
  if (kind !== 'BREACHED') return { action: 'NONE', state: null };
  const state = { since: now, heldMs: 0, unknownMs: 0, seenAt: now };
  return forMs <= 0
    ? { action: 'FIRE', state: { ...state, phase: 'FIRING', firedAt: now } }
    : { action: 'WAIT', state: { ...state, phase: 'PENDING', firedAt: null } };
}

function ended({ phase }: OpenState): Step {
  return { action: phase === 'FIRING' ? 'RESOLVE' : 'DROP', state: null };
}
