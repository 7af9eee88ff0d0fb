import {
  compileResults,
  describeResults,
  type Pipeline,
  type ResultDescription,
} from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { similarNames } from '../../platform/similar-names.js';
import type { ScalarTarget } from './scalar-target.js';

const PATH = /^([^[\]]+?)((?:\[\d+\])*)$/u;

/**
 * The number that is meant: `log_s`, a column of a result as `probabilities.toxic`, an element as `spectrum[3]`, or an output of
 * the graph by its name where no result is called so.
 *
 * @param asked the only number of the answer when left out
 * @throws DomainError UNKNOWN_TARGET with what there is
 */
export function resolveTarget(pipeline: Pipeline, asked: string | null): ScalarTarget {
  const all = targetsOf(pipeline);
  if (asked === null) {
    const results = all.filter(({ result }) => result !== null);
    const [only] = results.length > 0 ? results : all;
    if (only !== undefined && results.length <= 1) return only;
    throw refuse(
      results.length === 0
        ? 'The model answers no number that could be explained'
        : `The model answers ${results.length} numbers: expected target to name one`,
      all,
    );
  }
  const found = all.find(({ name }) => name === asked) ?? openElement(pipeline, asked);
  if (found) return found;
  const [nearest] = similarNames(
    asked,
    all.map(({ name }) => name),
    1,
  );
  throw refuse(
    `The model answers no number called ${JSON.stringify(asked.slice(0, 200))}${nearest === undefined ? '' : ` (did you mean ${JSON.stringify(nearest)}?)`}`,
    all,
  );
}

/** Every number of an answer, results first; elements of open shapes are left out. */
function targetsOf(pipeline: Pipeline): ScalarTarget[] {
  const results = describeResults(pipeline).flatMap((result) => ofResult(pipeline, result));
  const names = new Set(describeResults(pipeline).map(({ name }) => name));
  const outputs = Object.entries(pipeline.outputs).flatMap(
    ([name, { datatype, shape, unit }]): ScalarTarget[] => {
      if (names.has(name) || datatype === 'BYTES' || datatype === 'BOOL') return [];
      return elementsOf(shape.slice(1)).map(({ index, at }) => ({
        name: nameOf(name, shape.slice(1), index),
        unit: unit ?? null,
        output: { name, element: at },
        result: null,
      }));
    },
  );
  return [...results, ...outputs];
}

function ofResult(pipeline: Pipeline, result: ResultDescription): ScalarTarget[] {
  const { name, kind, shape, columns, unit = null } = result;
  if (kind !== 'number' && kind !== 'integer') return [];
  const compiled = compileResults(pipeline).find((one) => one.name === name);
  const direct = compiled?.runs.length === 0 ? (compiled.outputs[0]?.name ?? null) : null;
  const raw = (at: number) => (direct === null ? null : { name: direct, element: at });
  if (columns !== undefined)
    return elementsOf([...shape.slice(0, -1), columns.length]).map(({ index, at }) => {
      const column = columns[index.at(-1) ?? 0] ?? '';
      const outer = index.slice(0, -1);
      return {
        name: `${name}${outer.map((place) => `[${place}]`).join('')}.${column}`,
        unit,
        output: raw(at),
        result: { name, column, index: outer.length > 0 ? outer : null },
      };
    });
  return elementsOf(shape).map(({ index, at }) => ({
    name: nameOf(name, shape, index),
    unit,
    output: raw(at),
    result: { name, column: null, index: shape.length === 0 ? null : index },
  }));
}

/** `result[7]` where the shape leaves the extent open. */
function openElement(pipeline: Pipeline, asked: string): ScalarTarget | null {
  const match = PATH.exec(asked);
  const name = match?.[1] ?? '';
  const index = [...(match?.[2] ?? '').matchAll(/\d+/gu)].map(([digits]) => Number(digits));
  const result = describeResults(pipeline).find((one) => one.name === name);
  if (index.length !== result?.shape.length || !result.shape.includes(-1)) return null;
  if (result.kind !== 'number' && result.kind !== 'integer') return null;
  return { name: asked, unit: result.unit ?? null, output: null, result: { name, column: null, index } };
}

/** Numbers of a result that can be named one by one. */
const MOST = 10_000;

function elementsOf(shape: readonly number[]): { index: number[]; at: number }[] {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size < 0 || size > MOST) return [];
  return Array.from({ length: size }, (_, at) => {
    const index: number[] = [];
    let rest = at;
    for (const extent of shape.toReversed()) {
      index.unshift(rest % extent);
      rest = Math.floor(rest / extent);
    }
    return { index, at };
  });
}

function nameOf(name: string, shape: readonly number[], index: readonly number[]): string {
  return shape.every((extent) => extent === 1)
    ? name
    : `${name}${index.map((place) => `[${place}]`).join('')}`;
}

function refuse(what: string, all: readonly ScalarTarget[]): DomainError {
  const names = all
    .slice(0, 20)
    .map(({ name }) => JSON.stringify(name))
    .join(', ');
  const listed =
    names === ''
      ? 'There is none.'
      : `There are ${names}${all.length > 20 ? ` and ${all.length - 20} more` : ''}.`;
  return new DomainError('UNKNOWN_TARGET', `${what}. ${listed}`, { field: ['target'] });
}

/** The number out of an answer's results. */
export function numberOf(
  target: ScalarTarget,
  results: readonly { readonly name: string; readonly value: unknown }[],
): number {
  const { result } = target;
  if (result === null) return Number.NaN;
  let value = results.find(({ name }) => name === result.name)?.value;
  for (const place of result.index ?? [])
    value = Array.isArray(value) ? (value as unknown[])[place] : undefined;
  if (result.column !== null && typeof value === 'object' && value !== null)
    value = (value as Record<string, unknown>)[result.column];
  return typeof value === 'number' ? value : Number.NaN;
}
