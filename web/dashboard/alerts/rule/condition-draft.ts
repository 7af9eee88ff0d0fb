import type { AlertConditionInput, AlertMetric, AlertOperator } from '../../__generated__/operations.js';
import { METRICS } from '../alert-words.js';

export type ConditionKind = keyof AlertConditionInput;

/** A condition as somebody types it. Fields of other kinds stay, for whoever changes their mind. */
export interface ConditionDraft {
  readonly kind: ConditionKind;
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly value: string;
  readonly clearValue: string;
  readonly window: string;
  readonly comparedMetric: AlertMetric;
  readonly compareTo: string;
  readonly factor: string;
  readonly objective: string;
  readonly latencyMs: string;
  readonly pace: string;
  readonly ignoreCallerErrors: boolean;
  readonly driftWindow: string;
  readonly quietWindow: string;
  readonly maxAgeDays: string;
  readonly quality: string;
  readonly dataset: string;
  readonly qualityLimit: string;
  readonly isCertain: boolean;
}

export const BEGINNING: ConditionDraft = {
  kind: 'threshold',
  metric: 'ERROR_RATE',
  operator: 'ABOVE',
  value: '',
  clearValue: '',
  window: 'PT5M',
  comparedMetric: 'REQUEST_RATE',
  compareTo: 'PT1H',
  factor: '',
  objective: '99.9',
  latencyMs: '',
  pace: 'PT1H',
  ignoreCallerErrors: false,
  driftWindow: 'PT1H',
  quietWindow: 'PT15M',
  maxAgeDays: '',
  quality: 'rmse',
  dataset: '',
  qualityLimit: '',
  isCertain: false,
};

/** How fast an error budget of 30 days may be used up: Google's SRE workbook, chapter 5. By the long window. */
export const PACES = {
  PT1H: { factor: 14.4, shortWindow: 'PT5M', label: '2 % of it in an hour (14.4 times too fast)' },
  PT6H: { factor: 6, shortWindow: 'PT30M', label: '5 % of it in six hours (6 times too fast)' },
  P3D: { factor: 1, shortWindow: 'PT6H', label: '10 % of it in three days' },
} as const;

/** What is wrong with what was typed, by field; empty when nothing is. */
export type DraftFaults = Partial<Record<keyof ConditionDraft, string>>;

export interface ReadDraft {
  /** Null when something is wrong. */
  readonly condition: AlertConditionInput | null;
  readonly faults: DraftFaults;
}

/** What the server has to be asked to know is left to it: what is no number is said here. */
export function readDraft(draft: ConditionDraft): ReadDraft {
  const faults: Record<string, string> = {};
  const number: ReadNumber<number> = (field, example, { unit = '', power = 0 } = {}) => {
    const typed = String(draft[field]).trim();
    const value = Number(typed.replace(/\s*%$/, ''));
    if (typed !== '' && Number.isFinite(value)) return shifted(value, power);
    faults[field] = `Give a number${unit === '' ? '' : ` in ${unit}`}, such as ${example}; got “${typed}”.`;
    return Number.NaN;
  };
  const optional: ReadNumber<number | null> = (field, ...rest) =>
    String(draft[field]).trim() === '' ? null : number(field, ...rest);
  const condition = conditionOf(draft, number, optional);
  return { condition: Object.keys(faults).length === 0 ? condition : null, faults };
}

/** `power`: of ten, that makes of what was typed what the API takes. */
type ReadNumber<Result> = (
  field: keyof ConditionDraft,
  example: string,
  how?: { readonly unit?: string; readonly power?: number },
) => Result;

function conditionOf(
  draft: ConditionDraft,
  number: ReadNumber<number>,
  optional: ReadNumber<number | null>,
): AlertConditionInput {
  const { metric, operator, window } = draft;
  switch (draft.kind) {
    case 'threshold': {
      const { unit, power } = METRICS[metric];
      const value = number('value', '5', { unit, power });
      const clearValue = optional('clearValue', '3', { unit, power });
      return { threshold: { metric, operator, value, clearValue, window } };
    }
    case 'rateOfChange':
      return {
        rateOfChange: {
          metric: draft.comparedMetric,
          window,
          compareTo: draft.compareTo,
          factor: number('factor', '2, or 0.5 for half as many'),
        },
      };
    case 'burnRate': {
      const longWindow = Object.hasOwn(PACES, draft.pace) ? (draft.pace as keyof typeof PACES) : 'PT1H';
      const { factor, shortWindow } = PACES[longWindow];
      return {
        burnRate: {
          objective: number('objective', '99.9', { unit: '%', power: -2 }),
          latencyMs: optional('latencyMs', '250', { unit: 'ms' }),
          longWindow,
          shortWindow,
          factor,
          ignoreCallerErrors: draft.ignoreCallerErrors,
        },
      };
    }
    case 'drift':
      return { drift: { window: draft.driftWindow } };
    case 'noTraffic':
      return { noTraffic: { window: draft.quietWindow } };
    case 'evaluation':
      return {
        evaluation: {
          metric: draft.quality.trim(),
          dataset: draft.dataset.trim(),
          operator,
          value: number('qualityLimit', '0.8'),
          isCertain: draft.isCertain,
        },
      };
    case 'staleness': {
      const minutes = Math.round(number('maxAgeDays', '90', { unit: 'days' }) * 1_440);
      return { staleness: { maxAge: `PT${Math.max(0, minutes)}M` } };
    }
  }
}

/** By the digits: 99.9 % is 0.999, which dividing by a hundred misses. */
function shifted(value: number, power: number): number {
  const text = String(value);
  return text.includes('e') ? value * 10 ** power : Number(`${text}e${power}`);
}
