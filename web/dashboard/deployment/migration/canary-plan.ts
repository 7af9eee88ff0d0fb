import type { CanaryInput } from '../../__generated__/operations.js';

/** A canary's steps as they are typed. */
export interface CanaryPlan {
  /** Per cent, separated by commas. */
  readonly shares: string;
  readonly dwellSeconds: string;
  readonly minRequests: string;
}

export type CanaryFaults = Partial<Record<keyof CanaryPlan, string>>;

/** Enough requests for the guards to decide at the default limits. */
export const beginningPlan: CanaryPlan = { shares: '10, 50', dwellSeconds: '30', minRequests: '300' };

function sharesOf(text: string): number[] {
  return text
    .split(',')
    .map((part) => part.trim().replace(/\s*%$/, ''))
    .filter((part) => part !== '')
    .map(Number);
}

/** What is wrong with a plan before it is sent, by field. */
export function planFaults({ shares, dwellSeconds, minRequests }: CanaryPlan): CanaryFaults {
  const parts = sharesOf(shares);
  const isGrowing = parts.every((part, index) => index === 0 || part > (parts[index - 1] ?? 0));
  const faults: { -readonly [Field in keyof CanaryPlan]?: string } = {};
  if (parts.length === 0 || !parts.every((part) => part > 0 && part < 100) || !isGrowing)
    faults.shares = `Give shares above 0 and below 100 that grow, such as “10, 50”; got “${shares}”.`;
  if (!isWhole(dwellSeconds)) faults.dwellSeconds = `Give whole seconds, such as 30; got “${dwellSeconds}”.`;
  if (!isWhole(minRequests)) faults.minRequests = `Give a whole number, such as 300; got “${minRequests}”.`;
  return faults;
}

function isWhole(text: string): boolean {
  return /^\d{1,7}$/.test(text.trim());
}

export function canaryInput({ shares, dwellSeconds, minRequests }: CanaryPlan): CanaryInput {
  return {
    steps: sharesOf(shares).map((share) => ({
      share: share / 100,
      dwellMs: Number(dwellSeconds) * 1_000,
      minRequests: Number(minRequests),
    })),
  };
}
