import { MOLBLOCK, TITLE, type FileFormat } from '../../datafiles/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import type { AnsweredRow } from '../rows/answering.js';

type Row = Record<string, unknown>;
type Prediction = NonNullable<AnsweredRow['prediction']>;

/** An interval, where the version gives one. */
interface Interval {
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number;
}

/** What a prediction may say besides its value. */
interface Uncertain {
  readonly interval?: Interval | null;
  readonly set?: readonly string[] | null;
}

/** Columns that the answer adds to a row, known before the first is written. */
export interface ResultColumns {
  /** Each with the name it has in the file, which no column of the input has. */
  readonly names: Readonly<Record<string, string>>;
  readonly hasIntervals: boolean;
}

/** One column of the results: of a result, or of one of its own columns. */
interface ValueColumn {
  readonly key: string;
  readonly result: string;
  readonly column: string | null;
}

const UNREADABLE = 'UNREADABLE_ROW';

/** How answers become columns beside those of the input. */
export class ResultLayout {
  private readonly values: readonly ValueColumn[];

  constructor(pipeline: Pipeline) {
    const results = describeResults(pipeline);
    const isOnly = results.length === 1;
    this.values = results.flatMap(({ name, columns, shape }): ValueColumn[] => {
      const own = isOnly ? 'value' : `value.${name}`;
      return columns === undefined || shape.length > 1
        ? [{ key: own, result: name, column: null }]
        : columns.map((column) => ({ key: `${own}.${column}`, result: name, column }));
    });
  }

  /**
   * @param inputColumns of the file, as far as they are known
   * @param first rows that were answered, which show whether there are intervals
   */
  columns(
    inputColumns: Iterable<string>,
    first: readonly AnsweredRow[],
    wantsIntervals: boolean,
  ): ResultColumns {
    const taken = new Set(inputColumns);
    const hasIntervals =
      wantsIntervals ||
      first.some(({ prediction }) => prediction !== null && intervalsOf(prediction).length > 0);
    const keys = [
      ...this.values.map(({ key }) => key),
      'unit',
      ...(hasIntervals ? this.intervalKeys() : []),
      'warnings',
      'error',
    ];
    return { hasIntervals, names: Object.fromEntries(keys.map((key) => [key, freeName(key, taken)])) };
  }

  /** A row with its answer, flat: as a table has it. */
  flat(answered: AnsweredRow, { names, hasIntervals }: ResultColumns): Row {
    const row = inputOf(answered);
    const set = (key: string, value: unknown) => {
      const name = names[key];
      if (name !== undefined) row[name] = value;
    };
    const { prediction } = answered;
    for (const { key, result, column } of this.values) {
      const value = prediction?.results.find(({ name }) => name === result)?.value ?? null;
      set(key, column === null ? value : (asRow(value)[column] ?? null));
    }
    set('unit', prediction?.unit ?? null);
    if (hasIntervals) this.setIntervals(prediction, set);
    const warnings = prediction?.warnings.map(({ code, message }) => `${code}: ${message}`) ?? [];
    set('warnings', warnings.length === 0 ? null : warnings.join('; '));
    const error = errorOf(answered);
    set('error', error === null ? null : `${error.code}: ${error.message}`);
    return row;
  }

  /** The same with lists and objects in it: as a line of JSON has it. */
  nested(answered: AnsweredRow, { names }: ResultColumns): Row {
    const { prediction } = answered;
    const { interval, set } = (prediction ?? {}) as Uncertain;
    const name = (key: string) => names[key] ?? key;
    return {
      ...inputOf(answered),
      [name('value')]: prediction?.value ?? null,
      [name('unit')]: prediction?.unit ?? null,
      ...(interval !== undefined && { [name('interval')]: interval }),
      ...(set !== undefined && { [name('set')]: set }),
      [name('warnings')]: prediction?.warnings ?? [],
      [name('error')]: errorOf(answered),
    };
  }

  private intervalKeys(): string[] {
    const results = [...new Set(this.values.map(({ result }) => result))];
    return results.flatMap((result) => {
      const of = results.length === 1 ? '' : `.${result}`;
      return [`low${of}`, `high${of}`, `set${of}`];
    });
  }

  private setIntervals(prediction: Prediction | null, set: (key: string, value: unknown) => void): void {
    const results = [...new Set(this.values.map(({ result }) => result))];
    for (const result of results) {
      const of = results.length === 1 ? '' : `.${result}`;
      const found = prediction?.results.find(({ name }) => name === result) as Uncertain | undefined;
      const own = results.length === 1 ? ((prediction ?? undefined) as Uncertain | undefined) : undefined;
      const interval = found?.interval ?? own?.interval;
      set(`low${of}`, interval?.low ?? null);
      set(`high${of}`, interval?.high ?? null);
      set(`set${of}`, found?.set ?? null);
    }
  }
}

/** What is wrong with a row, if anything is: its own fault in the file, or what the model says. */
export function errorOf({
  asked,
  prediction,
}: AnsweredRow): { readonly code: string; readonly message: string } | null {
  if (asked.fault !== null) return { code: UNREADABLE, message: `Line ${asked.line}: ${asked.fault}` };
  return prediction?.error ?? null;
}

/** Of an input whose rows have columns of their own, the names that answers keep clear of. */
export function ownColumns(format: FileFormat): readonly string[] {
  return format === 'SDF' ? [MOLBLOCK, TITLE] : [];
}

function intervalsOf(prediction: Prediction): Interval[] {
  const all = [prediction, ...prediction.results] as readonly Uncertain[];
  return all.flatMap(({ interval }) => interval ?? []);
}

function inputOf({ asked: { row, bare } }: AnsweredRow): Row {
  return bare === undefined ? { ...row } : { instance: bare };
}

function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
}
