import { describeValue, isObject, quote, quoteGiven } from '../instances/describe-value.js';
import type { Values } from '../language/index.js';
import { RowError, type WarningNote } from '../prediction.js';
import type { CompiledField, CompiledPipeline } from './compile-pipeline.js';

export interface FieldListener {
  fail(row: number, error: RowError): void;
  warn(row: number, warning: WarningNote): void;
}

/** Reads the fields of instances, a column for each; a row that has no such value is told and left as it is. */
export function readFields(
  { fields, whole }: CompiledPipeline,
  instances: readonly unknown[],
  listener: FieldListener,
): Values[] {
  const columns = fields.map((field) => newColumn(field, instances.length));
  const [only] = fields;
  const bare = fields.length === 1 ? only : undefined;
  const names = new Set(fields.map(({ name }) => name));
  // One for all rows: a function for each would be most of what they cost.
  let row = 0;
  const warn = (warning: WarningNote) => listener.warn(row, warning);
  for (row = 0; row < instances.length; row++)
    try {
      const instance = instances[row];
      if (bare !== undefined && (whole || isValueOf(bare, instance))) {
        // A null is no instance, even where the field may be left out of one.
        if (instance === null && !whole) {
          // What reads the field knows best what was expected.
          bare.read(instance, warn);
          checkKeys(instance, names, fields);
        }
        columns[0]?.put(row, read(bare, instance, whole, warn));
        continue;
      }
      checkKeys(instance, names, fields);
      for (let place = 0; place < fields.length; place++) {
        const field = fields[place];
        if (field) columns[place]?.put(row, read(field, instance[field.name], whole, warn));
      }
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      listener.fail(row, error);
    }
  return columns.map(({ values }) => values);
}

function read(
  field: CompiledField,
  value: unknown,
  whole: boolean,
  warn: (warning: WarningNote) => void,
): unknown {
  if ((value !== undefined && value !== null) || whole) return field.read(value, warn);
  const { missing, name } = field;
  if (missing === undefined)
    throw new RowError('INVALID_INSTANCE', `${quote(name)} is missing, and this model needs it`);
  return 'use' in missing ? field.read(missing.use, warn) : NaN;
}

/** Whether an instance is the value of the only field, and not an object with it; an empty one leaves it out. */
function isValueOf({ name }: CompiledField, instance: unknown): boolean {
  return !isObject(instance) || !(Object.hasOwn(instance, name) || Object.keys(instance).length === 0);
}

/** A misspelt field would change the answer silently, where another value stands in for it. */
function checkKeys(
  instance: unknown,
  names: ReadonlySet<string>,
  fields: readonly CompiledField[],
): asserts instance is Record<string, unknown> {
  if (!isObject(instance))
    throw new RowError('INVALID_INSTANCE', `Expected ${expected(fields)}, got ${describeValue(instance)}`);
  for (const key in instance)
    if (!names.has(key))
      throw new RowError(
        'INVALID_INSTANCE',
        `Unknown field ${quoteGiven(key)}: expected ${expected(fields)}`,
      );
}

function expected(fields: readonly CompiledField[]): string {
  return `an object with ${fields.map(({ name }) => quote(name)).join(', ')}`;
}

interface Column {
  readonly values: Values;
  put(row: number, value: unknown): void;
}

function newColumn({ form, width }: CompiledField, rows: number): Column {
  switch (form) {
    case 'dense': {
      const data = new Float64Array(rows * width);
      return {
        values: { form, width, data },
        put(row, value) {
          if (typeof value === 'number') data[row * width] = value;
          else data.set((value as { readonly data: ArrayLike<number> }).data, row * width);
        },
      };
    }
    case 'ragged': {
      const list = Array.from({ length: rows }, () => ({ shape: [], data: [] }));
      return {
        values: { form, rows: list },
        put: (row, value) => (list[row] = value as (typeof list)[number]),
      };
    }
    case 'items': {
      const items = Array<unknown>(rows);
      return { values: { form, items }, put: (row, value) => (items[row] = value) };
    }
  }
}
