import { DomainError } from '../platform/errors.js';
import { similarNames } from '../platform/similar-names.js';
import { converter, type JsonValue, type Pipeline } from '../pipelines/index.js';
import type { JudgedPrediction } from '../reliability/index.js';

/** A result that is answered in another unit than the pipeline's. */
export interface ResultUnit {
  readonly unit: string;
  readonly convert: (value: number) => number;
}

const FIELD = ['units'];

/**
 * What turns results into the units that were asked for, by the name of the result.
 *
 * @param units by the name of a result, or one unit for the only result
 * @throws DomainError INVALID_ARGUMENT for a result there is not, one without a unit, and a unit of another dimension
 */
export function resultUnits({ result }: Pipeline, units: unknown): ReadonlyMap<string, ResultUnit> {
  const names = Object.keys(result);
  const made = new Map<string, ResultUnit>();
  for (const [name, unit] of asked(units, names)) {
    const own = Object.hasOwn(result, name) ? result[name] : undefined;
    const field = typeof units === 'string' ? FIELD : [...FIELD, name];
    if (own === undefined)
      throw invalid(
        `the model answers ${listed(names)}; got ${JSON.stringify(name)}${meant(name, names)}`,
        field,
      );
    if (typeof unit !== 'string') throw invalid(`expected a unit as text for "${name}"`, field);
    if (own.unit === undefined)
      throw invalid(`"${name}" has no unit, so it cannot be answered in ${JSON.stringify(unit)}`, field);
    const convert = converter(own.unit, unit);
    if (typeof convert !== 'function') throw invalid(`"${name}": ${convert.fault}`, field);
    made.set(name, { unit, convert });
  }
  return made;
}

/** Predictions with the numbers of some results, and their intervals, in other units; those given stay as they were. */
export function inUnits(
  predictions: readonly JudgedPrediction[],
  units: ReadonlyMap<string, ResultUnit>,
): readonly JudgedPrediction[] {
  if (units.size === 0) return predictions;
  return predictions.map((prediction) => {
    if (prediction.error !== null) return prediction;
    const results = prediction.results.map((one) => {
      const asked = units.get(one.name);
      return asked ? inUnit(one, asked) : one;
    });
    const [first] = results;
    const isOnly = results.length === 1 && first !== undefined;
    return {
      ...prediction,
      value: isOnly ? first.value : Object.fromEntries(results.map(({ name, value }) => [name, value])),
      unit: isOnly ? first.unit : unitOf(results),
      results,
      ...(prediction.interval && { interval: first?.interval ?? null }),
    };
  });
}

function inUnit(one: JudgedPrediction['results'][number], asked: ResultUnit): typeof one {
  const { convert, unit } = asked;
  const bound = (value: number | null) => (value === null ? null : convert(value));
  const { interval } = one;
  return {
    ...one,
    value: converted(one.value, convert),
    unit,
    ...(interval && {
      interval: { ...interval, low: bound(interval.low), high: bound(interval.high), unit },
    }),
  };
}

/** As of a prediction: one for all, or each by its result. */
function unitOf(results: readonly { readonly name: string; readonly unit: string | null }[]): string | null {
  const units = new Set(results.map(({ unit }) => unit));
  const [only] = units;
  if (units.size === 1) return only ?? null;
  return results.flatMap(({ name, unit }) => (unit === null ? [] : [`${name}: ${unit}`])).join(', ');
}

function asked(units: unknown, names: readonly string[]): readonly (readonly [string, unknown])[] {
  if (units === undefined || units === null) return [];
  if (typeof units === 'string') {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return [[only, units]];
    throw invalid(`the model answers ${listed(names)}: expected a unit by the name of a result`, FIELD);
  }
  if (typeof units !== 'object' || Array.isArray(units))
    throw invalid('expected a unit as text, or an object from results to units', FIELD);
  return Object.entries(units);
}

function converted(value: JsonValue, convert: (value: number) => number): JsonValue {
  if (typeof value === 'number') return convert(value);
  if (Array.isArray(value)) return value.map((entry: JsonValue) => converted(entry, convert));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, converted(entry, convert)]));
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function meant(name: string, names: readonly string[]): string {
  const [nearest] = similarNames(name, names, 1);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', `units: ${message}.`, { field: [...field] });
}
