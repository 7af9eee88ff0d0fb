import { isInstanceField, tellTogether, type Pipeline } from '../../pipelines/index.js';
import type { JsonValue } from '../../platform/events/index.js';
import type { JudgedPrediction } from '../../reliability/index.js';
import type { LoggedAnswer, LoggedNote } from './logged-content.js';

/**
 * What of a prediction may be kept: nothing of what is masked. A masked field of a molecule or a nuclide masks the whole
 * instance, which other fields, or a mere text, tell as well; messages may quote the instance, so they go with it.
 *
 * @param mask names of fields, results, and columns of results such as `spectrum.low`
 */
export function maskedAnswer(
  pipeline: Pipeline,
  instance: unknown,
  { value, unit, warnings, error, results: given }: JudgedPrediction,
  mask: readonly string[],
): LoggedAnswer {
  const fields = mask.filter((name) => isInstanceField(pipeline, name));
  const results = Object.keys(pipeline.result);
  const [only] = results;
  const isSingle = results.length === 1 && only !== undefined;
  const seen = isSingle ? maskedResult(only, value, mask) : maskedResults(value, mask);
  const note = ({ code, message }: { readonly code: string; readonly message: string }): LoggedNote => ({
    code,
    // A message about an answer may quote it, too.
    message: mask.length > 0 ? null : message,
  });
  return {
    operation: 'PREDICT',
    instance: maskedInstance(instance as JsonValue, fields, tellTogether(pipeline)),
    value: seen,
    unit,
    warnings: warnings.map(note),
    error: error && note(error),
    masked: mask.filter((name) => fields.includes(name) || results.includes(name.split('.', 1)[0] ?? '')),
    ...intervalsOf(given, isSingle, mask),
  };
}

/** Those of the results that may be kept; nothing where there are none. */
function intervalsOf(
  results: JudgedPrediction['results'],
  isSingle: boolean,
  mask: readonly string[],
): Pick<LoggedAnswer, 'intervals'> {
  const given = results.flatMap(({ name, interval }) => {
    if (!interval || mask.includes(name)) return [];
    const { level, low, high } = interval;
    return [[isSingle ? '' : name, { level, low, high }] as const];
  });
  return given.length === 0 ? {} : { intervals: Object.fromEntries(given) };
}

function maskedInstance(instance: JsonValue, fields: readonly string[], together: boolean): JsonValue {
  if (fields.length === 0) return instance;
  if (together || typeof instance !== 'object' || instance === null || Array.isArray(instance)) return null;
  return Object.fromEntries(
    Object.entries(instance).map(([name, value]) => [name, fields.includes(name) ? null : value]),
  );
}

function maskedResults(value: JsonValue, mask: readonly string[]): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, maskedResult(name, one, mask)]),
  );
}

function maskedResult(name: string, value: JsonValue, mask: readonly string[]): JsonValue {
  if (mask.includes(name)) return null;
  const columns = mask
    .filter((other) => other.startsWith(`${name}.`))
    .map((other) => other.slice(name.length + 1));
  return columns.length === 0 ? value : withoutColumns(value, columns);
}

/** Columns may lie within lists of rows. */
function withoutColumns(value: JsonValue, columns: readonly string[]): JsonValue {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => withoutColumns(entry, columns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, columns.includes(name) ? null : one]),
  );
}
