import { MOLBLOCK, TITLE, type FileFormat } from '../../datafiles/index.js';
import { describeResults, type Pipeline } from '../../pipelines/index.js';
import type { AnsweredRow } from '../rows/answering.js';

type Row = Record<string, unknown>;
type Prediction = NonNullable<AnsweredRow['prediction']>;

/** Columns that the answer adds to a row, known before the first is written. */
export interface ResultColumns {
  /** Each with the name it has in the file, which no column of the input has. */
  readonly names: Readonly<Record<string, string>>;
  readonly hasIntervals: boolean;
  readonly hasDomain: boolean;
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
      wantsIntervals || first.some(({ prediction }) => prediction !== null && isBounded(prediction));
    const hasDomain = first.some(({ prediction }) => (prediction?.domain ?? null) !== null);
    const keys = this.keys({ hasIntervals, hasDomain });
    const names = Object.fromEntries(keys.map((key) => [key, freeName(key, taken)]));
    return { hasIntervals, hasDomain, names };
  }

  /** As they stand in the file. Not in the order of `names`: columns that were put down come back in any. */
  inOrder({ names, ...known }: ResultColumns): string[] {
    return this.keys(known).flatMap((key) => names[key] ?? []);
  }

  private keys({ hasIntervals, hasDomain }: Omit<ResultColumns, 'names'>): string[] {
    return [
      ...this.values.map(({ key }) => key),
      'unit',
      ...(hasIntervals ? this.intervalKeys() : []),
      ...(hasDomain ? ['inside'] : []),
      'warnings',
      'error',
    ];
  }

  /** A row with its answer, flat: as a table has it. */
  flat(answered: AnsweredRow, { names, hasIntervals, hasDomain }: ResultColumns): Row {
    const row = inputOf(answered, names);
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
    if (hasDomain) set('inside', prediction?.domain?.inside ?? null);
    const warnings = prediction?.warnings.map(({ code, message }) => `${code}: ${message}`) ?? [];
    set('warnings', warnings.length === 0 ? null : warnings.join('; '));
    const error = errorOf(answered);
    set('error', error === null ? null : `${error.code}: ${error.message}`);
    return row;
  }

  /** The same with lists and objects in it: as a line of JSON has it. */
  nested(answered: AnsweredRow, { names }: ResultColumns): Row {
    const { prediction } = answered;
    const only = prediction?.results.length === 1 ? prediction.results[0] : undefined;
    const name = (key: string) => names[key] ?? key;
    return {
      ...inputOf(answered, names),
      [name('value')]: prediction?.value ?? null,
      [name('unit')]: prediction?.unit ?? null,
      ...(prediction?.interval !== undefined && { [name('interval')]: prediction.interval }),
      ...(only?.set !== undefined && { [name('set')]: only.set }),
      ...(prediction?.domain !== undefined && { [name('domain')]: prediction.domain }),
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
      const found = prediction?.results.find(({ name }) => name === result);
      const interval = found?.interval ?? (results.length === 1 ? prediction?.interval : undefined);
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

function isBounded({ interval, results }: Prediction): boolean {
  return [{ interval }, ...results].some((each) => (each.interval ?? null) !== null);
}

/** Where each row names its own columns, one of them may have the name of a result: it gets a number behind it. */
function inputOf({ asked: { row, bare } }: AnsweredRow, names: ResultColumns['names']): Row {
  if (bare !== undefined) return { instance: bare };
  const taken = Object.values(names).filter((name) => Object.hasOwn(row, name));
  if (taken.length === 0) return { ...row };
  const all = new Set([...Object.keys(row), ...Object.values(names)]);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [taken.includes(name) ? freeName(name, all) : name, value]),
  );
}

function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
}
