import type { JsonValue } from '../platform/events/index.js';

/** One place where two JSON values differ; undefined where a side has nothing there. */
export interface JsonDifference {
  readonly path: readonly (string | number)[];
  readonly base: JsonValue | undefined;
  readonly target: JsonValue | undefined;
}

/**
 * Every place where two values differ, as deep as they still have the same form. Lists of numbers are compared as a
 * whole, since nobody reads a thousand constants one by one; of other lists, entries that come before and after a
 * change are paired first, so that an entry put in shows as one addition and not as a change of all that follow.
 */
export function compareJson(
  base: JsonValue | undefined,
  target: JsonValue | undefined,
  path: readonly (string | number)[] = [],
): JsonDifference[] {
  if (sameJson(base, target)) return [];
  if (isList(base) && isList(target) && !(isNumbers(base) && isNumbers(target)))
    return compareLists(base, target, path);
  if (isObject(base) && isObject(target)) {
    const keys = new Set([...Object.keys(base), ...Object.keys(target)]);
    return [...keys].flatMap((key) => compareJson(own(base, key), own(target, key), [...path, key]));
  }
  return [{ path, base, target }];
}

/** Equal as JSON; the order of an object's keys does not count. */
function sameJson(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((entry, index) => sameJson(entry, other[index]));
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
    );
  }
  return false;
}

/** `inputs.features.steps[1].mean`; a name that is no word is quoted. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

export function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isNumbers(value: JsonValue | undefined): value is readonly number[] {
  return isList(value) && value.length > 0 && value.every((entry) => typeof entry === 'number');
}

/** `__proto__` and the like are ordinary names of tensors. */
function own(value: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function compareLists(
  base: readonly JsonValue[],
  target: readonly JsonValue[],
  path: readonly (string | number)[],
): JsonDifference[] {
  let start = 0;
  while (start < base.length && start < target.length && sameJson(base[start], target[start])) start += 1;
  let end = 0;
  const shorter = Math.min(base.length, target.length) - start;
  while (end < shorter && sameJson(base[base.length - 1 - end], target[target.length - 1 - end])) end += 1;

  const before = base.slice(start, base.length - end);
  const after = target.slice(start, target.length - end);
  const differences: JsonDifference[] = [];
  const paired = Math.min(before.length, after.length);
  for (let index = 0; index < paired; index += 1)
    differences.push(...compareJson(before[index], after[index], [...path, start + index]));
  for (const [index, entry] of before.slice(paired).entries())
    differences.push({ path: [...path, start + paired + index], base: entry, target: undefined });
  for (const [index, entry] of after.slice(paired).entries())
    differences.push({ path: [...path, start + paired + index], base: undefined, target: entry });
  return differences;
}
