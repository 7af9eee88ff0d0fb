import type { JsonObject, JsonValue } from '../platform/events/index.js';
import { isObject, type JsonDifference } from './json-difference.js';

/** What a difference of a field's declaration does to whoever writes instances for the base; null: nothing. */
export function fieldConsequence({ path, base, target }: JsonDifference): string | null {
  const [, field, key, bound] = path;
  if (field === undefined) return 'instances have another form';
  if (key === undefined) {
    if (target === undefined) return `instances with "${field}" are refused`;
    return base !== undefined || (isObject(target) && target.missing !== undefined)
      ? null
      : `instances without "${field}" are refused`;
  }
  switch (key) {
    case 'kind':
    case 'datatype':
    case 'shape':
      return 'instances have another form';
    case 'unit':
      return 'numbers that come without a unit mean something else';
    case 'missing':
      return target === undefined ? `instances without "${field}" are refused` : null;
    case 'range':
      return rangeConsequence(bound, base, target);
    case 'values':
      return base === undefined ? null : 'a category that was taken is refused';
    case 'fragments':
      return target === 'reject' ? 'molecules of several fragments are refused' : null;
    case 'unseen':
      return target === 'refuse' ? 'other categories are refused' : null;
    case 'maximum':
      return isLess(target, base) ? 'longer instances are refused' : null;
    default:
      return null;
  }
}

function rangeConsequence(
  bound: string | number | undefined,
  base: JsonValue | undefined,
  target: JsonValue | undefined,
): string | null {
  const narrows = 'numbers that were taken are refused';
  if (target === undefined) return null;
  if (base === undefined) return narrows;
  if (bound === 'min') return isLess(base, target) ? narrows : null;
  return isLess(target, base) ? narrows : null;
}

function isLess(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return typeof one === 'number' && typeof other === 'number' && one < other;
}

export function isGraph(pipeline: JsonValue | null): boolean {
  return isObject(pipeline ?? undefined) && (pipeline as JsonObject).format === 2;
}

/**
 * A pipeline of format 1 in the form of format 2, so that each thing is compared with the same: its whole instance is the one
 * field of the other's, where that is of its kind and may be given alone.
 */
export function asGraph(pipeline: JsonValue | null, other: JsonValue | null): JsonValue | null {
  if (isGraph(pipeline) || !isObject(pipeline ?? undefined)) return pipeline;
  const { instance, inputs, ...rest } = pipeline as JsonObject;
  if (!isObject(instance) || !isObject(inputs)) return pipeline;
  const fields = isObject(other ?? undefined) ? (other as JsonObject).instance : undefined;
  const [only, ...more] = isObject(fields) ? Object.entries(fields) : [];
  const isAlike =
    more.length === 0 && only !== undefined && isObject(only[1]) && only[1].kind === instance.kind;
  const steps: Record<string, JsonValue> = {};
  const made = Object.entries(inputs).map(([name, input]): [string, JsonValue] => {
    if (!isObject(input)) return [name, input];
    const { steps: chain, ...own } = input;
    for (const [place, step] of (Array.isArray(chain) ? (chain as readonly JsonValue[]) : []).entries())
      steps[place === 0 ? name : `${name}.${place}`] = step;
    return [name, own];
  });
  return {
    ...rest,
    instance: {
      [isAlike ? only[0] : typeof instance.kind === 'string' ? instance.kind : 'instance']: instance,
    },
    steps,
    inputs: Object.fromEntries(made),
  };
}
