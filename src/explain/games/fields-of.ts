import { describeInstance, type JsonValue, type Pipeline } from '../../pipelines/index.js';
import type { Player } from './game.js';

/** Fields that one value each can be drawn for. */
const SCALARS: ReadonlySet<string> = new Set([
  'number',
  'integer',
  'boolean',
  'text',
  'category',
  'date',
  'element',
]);

/** Whether an instance is a row of at least two single values. */
export function isTable(pipeline: Pipeline): boolean {
  const { fields } = describeInstance(pipeline);
  return fields.length >= 2 && fields.every(({ kind, shape }) => SCALARS.has(kind) && shape.length === 0);
}

/** An instance by its fields. */
export type Fields = Readonly<Record<string, JsonValue>>;

/**
 * The fields of an instance, however it was written: `"Fe-56"` has z and n.
 *
 * @param quantities what the pipeline read of it
 * @returns null where a field that is needed has no value of its own
 */
export function fieldsOf(
  pipeline: Pipeline,
  instance: unknown,
  quantities: Readonly<Record<string, number>>,
): Fields | null {
  const { fields, bare } = describeInstance(pipeline);
  const isRecord = typeof instance === 'object' && instance !== null && !Array.isArray(instance);
  const given: Readonly<Record<string, unknown>> = isRecord
    ? (instance as Record<string, unknown>)
    : bare === undefined
      ? {}
      : { [bare]: instance };
  const made: Record<string, JsonValue> = {};
  for (const { name, optional } of fields) {
    const value = given[name] ?? quantities[name];
    if (value !== undefined) made[name] = value as JsonValue;
    else if (!optional) return null;
  }
  return made;
}

export function fieldPlayers(pipeline: Pipeline, instance: Fields): Player[] {
  return describeInstance(pipeline).fields.map(({ name, unit }) => ({
    name,
    index: null,
    value: instance[name] ?? null,
    unit: unit ?? null,
    atoms: null,
  }));
}
