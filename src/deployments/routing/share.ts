import { DomainError } from '../../platform/errors.js';

/** A part of the requests: as a share from 0 to 1, or as a weight, which it replaces. Exactly one of the two. */
export interface PartInput {
  readonly share?: number | null | undefined;
  readonly weight?: number | null | undefined;
}

export type Part = { readonly by: 'share' | 'weight'; readonly value: number };

/**
 * Which of the two was given.
 *
 * @throws DomainError INVALID_ARGUMENT for both, and for none.
 */
export function readPart({ share, weight }: PartInput, field: readonly string[]): Part {
  const given = [...field, 'share'].join('.');
  const refused = (problem: string) =>
    new DomainError('INVALID_ARGUMENT', problem, { field: [...field, 'share'] });
  if (share != null && weight != null)
    throw refused(
      `Expected ${given} or its older form weight, got both (${share} and ${weight}). Leave weight out.`,
    );
  if (share != null) return { by: 'share', value: share };
  if (weight != null) return { by: 'weight', value: weight };
  throw refused(`Expected ${given}, a number from 0 to 1, got nothing.`);
}

/** A double holds 15 decimal digits of any number: rounded so, 100 × 0.29 is 29 and not 28.999999999999996. */
const DIGITS = 15;

export function percentOf(share: number): number {
  return Number((100 * share).toPrecision(DIGITS));
}

/** The share of which `percentOf` makes this. */
export function shareOf(percent: number): number {
  const rounded = Number((percent / 100).toPrecision(DIGITS));
  return percentOf(rounded) === percent ? rounded : percent / 100;
}

/** What weights add up to; weights in per cent add up to 100, whatever the sum of their binary fractions. */
export function totalWeight(parts: readonly { readonly weight: number }[]): number {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  return Math.abs(sum - 100) < 1e-9 ? 100 : sum;
}
