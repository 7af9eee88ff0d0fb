import type { FieldPlan, TypePlan } from './selection-plan.js';

export function completeNull({ parentType, fieldName }: FieldPlan, { nonNull }: TypePlan): null {
  if (nonNull) throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`);
  return null;
}

type LeafPlan = Extract<TypePlan, { kind: 'leaf' }>;

export function completeLeaf(field: FieldPlan, type: LeafPlan, value: unknown): unknown {
  if (value instanceof Error) throw value;
  return value === null || value === undefined ? completeNull(field, type) : serialize(type.type, value);
}

export function serialize(type: LeafPlan['type'], value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized === null || serialized === undefined)
    throw new Error(`Expected ${type.name} to be answered as a value, got ${String(serialized)}.`);
  return serialized;
}
