import type {
  DriftMeasure,
  DriftVerdict,
  QuantityRole,
  ReferenceSource,
} from '../../__generated__/operations.js';
import type { Tone } from '../../components/badge.js';
import type { IconName } from '../../components/icon.js';

export const DRIFT_VERDICTS: Readonly<
  Record<DriftVerdict, readonly [tone: Tone, icon: IconName, word: string]>
> = {
  STABLE: ['good', 'checked', 'Stable'],
  DRIFTED: ['bad', 'drift', 'Drifted'],
  NOT_ENOUGH_DATA: ['idle', 'clock', 'Not enough data'],
};

/** What needs a look comes first. */
export const VERDICT_ORDER: Readonly<Record<DriftVerdict, number>> = {
  DRIFTED: 0,
  STABLE: 1,
  NOT_ENOUGH_DATA: 2,
};

export const MEASURES: Readonly<Record<DriftMeasure, string>> = {
  PSI: 'Population stability index',
  KS: 'Kolmogorov–Smirnov D',
  JENSEN_SHANNON: 'Jensen–Shannon distance',
  WASSERSTEIN: 'Wasserstein distance',
  CHI_SQUARE: 'χ² of two samples',
  MISSING_RATE: 'Missing values',
  OUT_OF_DOMAIN_RATE: 'Outside the domain',
};

export const ROLES: Readonly<Record<QuantityRole, string>> = {
  INPUT: 'asked',
  OUTPUT: 'answered',
  QUANTITY: 'of the instance',
};

export const SOURCES: Readonly<Record<ReferenceSource, string>> = {
  TRAINING_DATA: 'training data',
  EXAMPLES: 'the examples it was published with',
  RECORDED_WINDOW: 'recorded requests',
};
