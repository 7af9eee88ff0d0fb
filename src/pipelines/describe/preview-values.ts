import { compilePipeline } from '../compiled/compile-pipeline.js';
import { WHOLE } from '../compiled/chain-as-graph.js';
import type { LoadedMolecule } from '../instances/load-molecules.js';
import type { JsonValue } from '../json.js';
import { describeKind, type ValueKind, type Values } from '../language/index.js';
import type { Pipeline } from '../pipeline.js';
import { fromHalf, type Tensor } from '../../tensors/index.js';

/** A value within a pipeline, for one instance. */
export interface PreviewedValue {
  /** Of the field, the step or the input. */
  readonly name: string;
  /** In words. */
  readonly kind: string;
  readonly value: JsonValue;
  readonly unit: string | null;
  readonly columns: readonly string[] | null;
}

/** Elements of one value that are shown. */
const MOST = 20_000;

/** Keeps the values of fields and steps as they are made. */
export class PreviewWatch {
  private readonly values: PreviewedValue[][];

  constructor(
    private readonly pipeline: Pipeline,
    instances: number,
  ) {
    this.values = Array.from({ length: instances }, () => []);
  }

  readonly see = (name: string, values: Values, places: readonly number[]): void => {
    // A step that only ranges need is none of the pipeline's own.
    if (name.startsWith('$') && name !== WHOLE) return;
    const kind = compilePipeline(this.pipeline).kinds.get(name) ?? { kind: 'json' };
    for (const [row, place] of places.entries())
      this.values[place]?.push(
        previewed(name.replace(WHOLE, name === WHOLE ? 'instance' : '.'), kind, values, row),
      );
  };

  valuesOf(instance: number): readonly PreviewedValue[] {
    return this.values[instance] ?? [];
  }
}

/** What the graph would get. */
export function previewedInputs({ inputs }: Pipeline, tensors: readonly Tensor[]): PreviewedValue[] {
  return tensors.map(({ name, datatype, shape, data }) => ({
    name,
    kind: `${datatype} of shape [${shape.join(',')}]`,
    value: nested(
      Array.from<unknown, JsonValue>(data.slice(0, MOST) as ArrayLike<unknown>, (element) =>
        typeof element === 'string'
          ? element
          : shown(datatype === 'FP16' ? fromHalf(Number(element)) : Number(element)),
      ),
      shape,
    ),
    unit: unitText(inputs[name]?.unit),
    columns: null,
  }));
}

function previewed(name: string, kind: ValueKind, values: Values, row: number): PreviewedValue {
  const isNumbers = kind.kind === 'numbers';
  return {
    name,
    kind: describeKind(kind),
    value: valueOf(kind, values, row),
    unit: isNumbers ? unitText(kind.unit) : null,
    columns: isNumbers ? (kind.names ?? null) : null,
  };
}

function valueOf(kind: ValueKind, values: Values, row: number): JsonValue {
  switch (values.form) {
    case 'dense': {
      const own = values.data.subarray(row * values.width, (row + 1) * values.width);
      if (kind.kind === 'date') return new Date(own[0] ?? NaN).toISOString();
      return nested(Array.from(own.subarray(0, MOST), shown), kind.kind === 'numbers' ? kind.shape : []);
    }
    case 'ragged': {
      const { shape, data } = values.rows[row] ?? { shape: [], data: [] };
      return nested(Array.from(data, shown).slice(0, MOST), shape);
    }
    case 'items':
      return itemOf(kind, values.items[row]);
  }
}

/** Objects as people write them; what is none of JSON's is left out. */
function itemOf(kind: ValueKind, item: unknown): JsonValue {
  if (kind.kind === 'molecule') return (item as LoadedMolecule).text.text;
  return JSON.parse(
    JSON.stringify(item, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Uint8Array).slice(0, MOST) : value,
    ) as string,
  ) as JsonValue;
}

/** JSON has no such numbers. */
function shown(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

/** Of a list that was cut the beginning, flat. */
function nested(elements: readonly JsonValue[], shape: readonly number[]): JsonValue {
  const [outer, ...inner] = shape;
  if (outer === undefined) return elements[0] ?? null;
  const size = inner.reduce((product, extent) => product * extent, 1);
  if (inner.length === 0 || elements.length !== outer * size) return elements;
  return Array.from({ length: outer }, (_, index) =>
    nested(elements.slice(index * size, (index + 1) * size), inner),
  );
}

function unitText(unit: string | readonly string[] | undefined): string | null {
  return unit === undefined ? null : typeof unit === 'string' ? unit : unit.join(', ');
}
