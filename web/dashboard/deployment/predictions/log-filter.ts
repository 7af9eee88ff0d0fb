import type { LoggedPredictionFilter } from '../../__generated__/operations.js';

export type LogState = 'all' | 'answered' | 'failed' | 'measured' | 'unmeasured';

export const LOG_STATES: readonly { readonly value: LogState; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'answered', label: 'Answered' },
  { value: 'failed', label: 'Failed' },
  { value: 'measured', label: 'Measured' },
  { value: 'unmeasured', label: 'Not measured' },
];

const CONDITIONS: Readonly<Record<LogState, LoggedPredictionFilter>> = {
  all: {},
  answered: { failed: false },
  failed: { failed: true },
  measured: { measured: true },
  unmeasured: { measured: false },
};

interface Wanted {
  readonly text: string;
  readonly subject: string;
  readonly state: LogState;
}

/** The filter that an address asks for; what it does not know counts as nothing. */
export function logFilter({ text, subject, state }: Wanted): LoggedPredictionFilter {
  return {
    ...(Object.hasOwn(CONDITIONS, state) && CONDITIONS[state]),
    ...(text.trim() !== '' && { text: text.trim() }),
    ...(subject.trim() !== '' && { subject: typedSubject(subject) }),
  };
}

/** What somebody typed: a number or anything else that is JSON as that, and other words as a text. */
export function typedValue(typed: string): unknown {
  const text = typed.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A subject is a number or a text. One that reads as a number, and is a text, has quotation marks around it. */
export function typedSubject(typed: string): string | number {
  const value = typedValue(typed);
  return typeof value === 'number' || typeof value === 'string' ? value : typed.trim();
}
