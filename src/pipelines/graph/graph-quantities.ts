import { fieldOf } from '../fields/index.js';
import { formOf, type NumberKind, rowNumbers, type ValueKind, type Values } from '../language/index.js';
import { canonicalDescriptor, isDescriptor } from '../molecules/descriptors.js';
import type { GraphNodes, GraphStep } from './graph-nodes.js';
import type { DeclaredField } from './graph-schema.js';

/** A number that describes an instance, before the graph runs. */
export interface Quantity {
  readonly name: string;
  /** Null where nobody has said it. */
  readonly unit: string | null;
  /** Whether callers write it themselves. */
  readonly isField: boolean;
  /** The field or the step among whose values it is. */
  readonly node: string;
  /** Of one row of the node's values; undefined where it is not known. */
  of(values: Values, row: number): number | undefined;
}

type Fields = Readonly<Record<string, DeclaredField>>;

/** What every instance is described by: its numbers, and what steps find of its molecules and the like. */
export function quantitiesOf(instance: Fields, nodes: GraphNodes): Quantity[] {
  const found = [
    ...Object.entries(instance).flatMap(([name, field]) => ofField(name, field, nodes)),
    ...nodes.steps.filter(isFirst).flatMap(ofFirstStep),
  ];
  return [...new Map(found.reverse().map((quantity) => [quantity.name, quantity])).values()].reverse();
}

/** What a range may bound by this name; undefined when there is no such number. */
export function boundedQuantity(
  name: string,
  quantities: readonly Quantity[],
  nodes: GraphNodes,
): Quantity | undefined {
  const known = quantities.find((quantity) => quantity.name === name);
  if (known) return known;
  for (const { name: step, gives } of nodes.steps) {
    if (gives.kind !== 'numbers' || formOf(gives) !== 'dense') continue;
    if (step === name && gives.shape.length === 0) return column(name, step, 0, gives);
    const place = gives.names?.findIndex((own) => `${step}.${own}` === name) ?? -1;
    if (place >= 0) return column(name, step, place, gives);
  }
  return undefined;
}

/** Names that a range may bound, for whoever mistook one. */
export function boundableNames(quantities: readonly Quantity[], nodes: GraphNodes): string[] {
  const steps = nodes.steps.flatMap(({ name, gives }) => {
    if (gives.kind !== 'numbers' || formOf(gives) !== 'dense') return [];
    return gives.shape.length === 0 ? [name] : (gives.names ?? []).map((own) => `${name}.${own}`);
  });
  return [...new Set([...quantities.map(({ name }) => name), ...steps])];
}

/** The only field of molecules: descriptors of any name are its quantities. */
export function moleculeField(instance: Fields): string | undefined {
  const molecules = Object.entries(instance).filter(([, { kind }]) => kind === 'molecule');
  return molecules.length === 1 ? molecules[0]?.[0] : undefined;
}

/** Whether two names are one descriptor. */
export function sameDescriptor(one: string, other: string): boolean {
  return isDescriptor(one) && isDescriptor(other) && canonicalDescriptor(one) === canonicalDescriptor(other);
}

function ofField(name: string, field: DeclaredField, { kinds }: GraphNodes): Quantity[] {
  const kind = kinds.get(name);
  if (kind === undefined) return [];
  if (kind.kind === 'numbers')
    return kind.shape.length === 0 ? [{ ...column(name, name, 0, kind), isField: true }] : [];
  const own = fieldOf(field.kind).quantities?.(field) ?? [];
  return own.map((quantity) => ({
    name: quantity.name,
    unit: quantity.unit,
    isField: quantity.isField,
    node: name,
    of: (values, row) => (values.form === 'items' ? quantity.of(values.items[row]) : undefined),
  }));
}

/** Steps that are made of molecules and the like, not of numbers. */
function isFirst({ takes }: GraphStep): boolean {
  return takes.every(({ kind }: ValueKind) => kind !== 'numbers' && kind !== 'text');
}

function ofFirstStep({ name, gives, takes }: GraphStep): Quantity[] {
  if (gives.kind !== 'numbers' || formOf(gives) !== 'dense') return [];
  const names = gives.names;
  if (names) return names.map((own, place) => column(own, name, place, gives));
  if (gives.holds !== 'bits' || takes[0]?.kind !== 'molecule') return [];
  return [
    {
      name: bitsSetOf(name),
      unit: '1',
      isField: false,
      node: name,
      of(values, row) {
        const { data } = rowNumbers(values, row, gives.shape);
        let count = 0;
        for (const bit of Array.from(data)) count += bit;
        return count;
      },
    },
  ];
}

/** What the number of bits set in a fingerprint is called, which describes a molecule where its bits are too many. */
function bitsSetOf(step: string): string {
  return `${step}.bitsSet`;
}

function column(name: string, node: string, place: number, { unit }: NumberKind): Quantity {
  return {
    name,
    unit: (typeof unit === 'string' ? unit : unit?.[place]) ?? null,
    isField: false,
    node,
    of(values, row) {
      if (values.form !== 'dense') return undefined;
      const value = values.data[row * values.width + place];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    },
  };
}
