import type { OptimizationMethod } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';

/** Fewer measured rows say nothing of a difference. */
export const FEWEST_MEASURED = 20;
/** Fewer show neither the range of an activation nor how channels hang together. */
const FEWEST_CALIBRATION = 50;
const FEWEST_TAUGHT = 100;

/** Of a sample, whose third is held out to measure on. */
export function fewestRows(method: OptimizationMethod): number {
  return Math.ceil((method === 'DISTILL' ? FEWEST_TAUGHT : FEWEST_CALIBRATION) * 1.5);
}

/** @throws DomainError SAMPLE_TOO_SMALL */
export function checkRows(
  rows: number,
  method: OptimizationMethod,
  what: string,
  { measures = false, field = 'sample' } = {},
): void {
  const fewest = measures ? FEWEST_MEASURED : fewestRows(method);
  if (rows >= fewest) return;
  throw new DomainError(
    'SAMPLE_TOO_SMALL',
    `Expected at least ${fewest} rows ${measures ? 'to measure on' : `for ${method}, a third of which are held out to measure on`}, got ${rows} (${what}). Calibrated on fewer, a graph answers well on those and on no others: give more rows, such as a file sent to POST /files.`,
    { field: [field] },
  );
}
