import type { FittedDomain } from './domain/fitted-domain.js';
import type { Calibration } from './intervals/calibration.js';

/** What the data of a version says of its predictions. */
export interface Fit {
  /** Null without training data. */
  readonly domain: FittedDomain | null;
  readonly calibrations: readonly Calibration[];
}

/** What a fit takes in memory, in bytes. */
export function bytesOf({ domain, calibrations }: Fit): number {
  const arrays = [
    domain?.columns?.rows.data,
    domain?.columns?.leverage?.factor,
    domain?.prints?.prints.data,
    ...calibrations.flatMap((each) => (each.kind === 'NUMBER' ? [each.scores] : [...each.scores.values()])),
  ];
  const shown = domain?.shown ?? [];
  const [sample] = shown;
  const ofShown = sample === undefined ? 0 : shown.length * (2 * JSON.stringify(sample).length + 200);
  return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 4_096 + ofShown);
}
