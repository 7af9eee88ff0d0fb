import type { Option } from '../../components/fields.js';

export const WINDOWS: readonly Option[] = [
  { value: 'PT1M', label: '1 minute' },
  { value: 'PT5M', label: '5 minutes' },
  { value: 'PT15M', label: '15 minutes' },
  { value: 'PT1H', label: '1 hour' },
  { value: 'P1D', label: '1 day' },
];

export const AGES: readonly Option[] = [
  { value: 'PT1H', label: 'an hour ago' },
  { value: 'P1D', label: 'a day ago' },
  { value: 'P7D', label: 'a week ago' },
];

export const DRIFT_WINDOWS: readonly Option[] = [
  { value: 'PT15M', label: '15 minutes' },
  { value: 'PT1H', label: '1 hour' },
  { value: 'PT6H', label: '6 hours' },
  { value: 'P1D', label: '1 day' },
  { value: 'P7D', label: '7 days' },
];

export const QUIET_WINDOWS: readonly Option[] = [
  { value: 'PT1M', label: '1 minute' },
  { value: 'PT5M', label: '5 minutes' },
  { value: 'PT15M', label: '15 minutes' },
  { value: 'PT1H', label: '1 hour' },
  { value: 'P1D', label: '1 day' },
];

/** How long a condition has to hold. */
export const FOR: readonly Option[] = [
  { value: 'PT0S', label: 'at once' },
  { value: 'PT1M', label: '1 minute' },
  { value: 'PT5M', label: '5 minutes' },
  { value: 'PT15M', label: '15 minutes' },
  { value: 'PT1H', label: '1 hour' },
];
