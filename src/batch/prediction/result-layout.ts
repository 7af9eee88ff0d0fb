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
  /** Names of the results, each once. */
  private readonly results: readonly string[];

  constructor(pipeline: Pipeline) {
    const results = describeResults(pipeline);
    const isOnly = results.length === 1;
    this.values = results.flatMap(({ name, columns, shape }): ValueColumn[] => {
      const own = isOnly ? 'value' : `value.${name}`;
      return columns === undefined || shape.length > 1
        ? [{ key: own, result: name, column: null }]
        : columns.map((column) => ({ key: `${own}.${column}`, result: name, column }));
    });
    this.results = [...new Set(this.values.map(({ result }) => result))];
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
    const names = Object.fromEntries(
      this.keys({ hasIntervals, hasDomain }).map((key) => [key, freeName(key, taken)]),
    );
    return { hasIntervals, hasDomain, names };
  }

  /** The columns' names in the order of `cells`, whatever order they were kept in: a database may have its own. */
  header(columns: ResultColumns): string[] {
    return this.keys(columns).map((key) => columns.names[key] ?? key);
  }

  /** What the answer adds to a row of a table: a cell for each of the columns' names, in the order of `header`. */
  cells(answered: AnsweredRow, { hasIntervals, hasDomain }: ResultColumns): unknown[] {
    const { prediction } = answered;
    const cells: unknown[] = [];
    for (const { result, column } of this.values) {
      const value = prediction?.results.find(({ name }) => name === result)?.value ?? null;
      cells.push(column === null ? value : (asRow(value)[column] ?? null));
    }
    cells.push(prediction?.unit ?? null);
    if (hasIntervals) this.addIntervals(prediction, cells);
    if (hasDomain) cells.push(prediction?.domain?.inside ?? null);
    const warnings = prediction?.warnings ?? [];
    cells.push(
      warnings.length === 0 ? null : warnings.map(({ code, message }) => `${code}: ${message}`).join('; '),
    );
    const error = errorOf(answered);
    cells.push(error === null ? null : `${error.code}: ${error.message}`);
    return cells;
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

  private keys({ hasIntervals, hasDomain }: Pick<ResultColumns, 'hasIntervals' | 'hasDomain'>): string[] {
    return [
      ...this.values.map(({ key }) => key),
      'unit',
      ...(hasIntervals ? this.intervalKeys() : []),
      ...(hasDomain ? ['inside'] : []),
      'warnings',
      'error',
    ];
  }

  private intervalKeys(): string[] {
    const { results } = this;
    return results.flatMap((result) => {
      const of = results.length === 1 ? '' : `.${result}`;
      return [`low${of}`, `high${of}`, `set${of}`];
    });
  }

  private addIntervals(prediction: Prediction | null, cells: unknown[]): void {
    const { results } = this;
    for (const result of results) {
      const found = prediction?.results.find(({ name }) => name === result);
      const interval = found?.interval ?? (results.length === 1 ? prediction?.interval : undefined);
      cells.push(interval?.low ?? null, interval?.high ?? null, found?.set ?? null);
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

/** By an interval, or, of a class, by a set of classes. */
function isBounded({ interval, results }: Prediction): boolean {
  return (interval ?? null) !== null || results.some((each) => (each.interval ?? each.set ?? null) !== null);
}

/** Where each row names its own columns, one of them may have the name of a result: it gets a number behind it. */
export function inputOf({ asked: { row, bare } }: AnsweredRow, names: ResultColumns['names']): Row {
  if (bare !== undefined) return { instance: bare };
  const taken = Object.values(names).filter((name) => Object.hasOwn(row, name));
  if (taken.length === 0) return row;
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
