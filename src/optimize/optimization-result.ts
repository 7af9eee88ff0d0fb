import type { OptimizationCandidate, OptimizationRecord } from '../catalog/index.js';
import type { JsonObject } from '../platform/events/index.js';
import { z } from 'zod';
import { optimizationSchema } from '../catalog/index.js';

export const OPTIMIZATION_OUTCOMES = ['PUBLISHED', 'BUDGET_MISSED', 'NOTHING_GAINED'] as const;
export type OptimizationOutcome = (typeof OPTIMIZATION_OUTCOMES)[number];

const resultSchema = z.object({
  version: z.string().nullable(),
  outcome: z.enum(OPTIMIZATION_OUTCOMES),
  why: z.string(),
  optimization: optimizationSchema,
});
export type OptimizationResult = z.output<typeof resultSchema>;

/** What a job answers: what it published and why, with everything that was measured. */
export function optimizationResult(record: OptimizationRecord, version: string | null): JsonObject {
  const outcome = version === null ? outcomeOf(record) : 'PUBLISHED';
  return {
    version,
    outcome,
    why: whyOf(record, version, outcome),
    optimization: record,
  };
}

/** What `optimizationResult` made; null for what is none. */
export function readOptimizationResult(result: unknown): OptimizationResult | null {
  const parsed = resultSchema.safeParse(result);
  return parsed.success ? parsed.data : null;
}

function outcomeOf({ candidates }: OptimizationRecord): OptimizationOutcome {
  return candidates.some(({ figures, misses }) => figures !== null && misses.length === 0)
    ? 'NOTHING_GAINED'
    : 'BUDGET_MISSED';
}

function whyOf(
  { candidates, chosen }: OptimizationRecord,
  version: string | null,
  outcome: OptimizationOutcome,
): string {
  const [only] = candidates;
  switch (outcome) {
    case 'PUBLISHED': {
      const found = candidates.find(({ name }) => name === chosen);
      return `${chosen ?? ''} was published as ${version ?? ''}. ${adviceText(found)} Nothing serves it yet.`;
    }
    case 'NOTHING_GAINED':
      return `Of ${candidates.length} candidates none that meets the budget is worth serving in the original's place, so nothing was published.`;
    case 'BUDGET_MISSED':
      return candidates.length === 1
        ? `${only?.name ?? ''} misses the budget, so nothing was published: ${only?.error ?? (only?.misses ?? []).join('; ')}.`
        : `None of ${candidates.length} candidates meets the budget, so nothing was published.`;
  }
}

function adviceText(candidate: OptimizationCandidate | undefined): string {
  const { advice = null } = candidate ?? {};
  if (advice === null) return '';
  const words = {
    RECOMMENDED: 'It is recommended',
    TRADE_OFF: 'It gains and loses something',
    NOT_RECOMMENDED: 'It is not recommended',
  };
  return `${words[advice.verdict]}: ${advice.reasons.join(' ')}`;
}
