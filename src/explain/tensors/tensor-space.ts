import { elementNames, type NamedElement, type Pipeline } from '../../pipelines/index.js';
import { type DataType, fromHalf, type Tensor, toHalf, typedArrayOf } from '../../tensors/index.js';

/** One input of the graph within a space. */
export interface SpaceInput {
  readonly name: string;
  readonly datatype: Exclude<DataType, 'BYTES'>;
  /** Of one instance, the batch dimension included where there is one. */
  readonly shape: readonly number[];
  /** Where its numbers begin. */
  readonly from: number;
  readonly width: number;
}

/** One number of a space, in the pipeline's own words. */
export interface SpaceFeature {
  /** A column's name, or the input's with its index: `positions[0][2]`. Unique within the space. */
  readonly name: string;
  readonly input: string;
  /** Within one instance, the batch dimension left out. */
  readonly index: readonly number[];
  readonly unit: string | null;
}

/** The numbers of an instance's tensors as one vector, and back. */
export class TensorSpace {
  readonly width: number;

  private constructor(
    readonly inputs: readonly SpaceInput[],
    readonly features: readonly SpaceFeature[],
    /** Whether rows may share a run. */
    readonly isStacked: boolean,
  ) {
    this.width = features.length;
  }

  /**
   * @param tensors of one instance, as the pipeline prepared them
   * @param isStacked whether the first dimension of each is the batch
   * @returns null where an input holds texts: there are no numbers to speak of
   */
  static of(pipeline: Pipeline, tensors: readonly Tensor[], isStacked: boolean): TensorSpace | null {
    const inputs: SpaceInput[] = [];
    let from = 0;
    for (const { name, datatype, shape, data } of tensors) {
      if (datatype === 'BYTES') return null;
      inputs.push({ name, datatype, shape, from, width: data.length });
      from += data.length;
    }
    const features = inputs.flatMap((input) =>
      featuresOf(input, elementNames(pipeline, input.name), pipeline.inputs[input.name]?.unit, isStacked),
    );
    return new TensorSpace(inputs, unambiguous(features), isStacked);
  }

  /** Row `row` of tensors that hold `rows` of them. */
  vectorOf(tensors: readonly Tensor[], row = 0): Float64Array {
    const vector = new Float64Array(this.width);
    for (const { name, from, width } of this.inputs) {
      const tensor = tensors.find((one) => one.name === name);
      if (tensor === undefined) throw new Error(`No tensor "${name}"`);
      for (let at = 0; at < width; at += 1) {
        const value = Number(tensor.data[row * width + at]);
        vector[from + at] = tensor.datatype === 'FP16' ? fromHalf(value) : value;
      }
    }
    return vector;
  }

  /** Whether a prepared instance has the same inputs and shapes. */
  holds(tensors: readonly Tensor[]): boolean {
    return (
      tensors.length === this.inputs.length &&
      this.inputs.every(({ name, shape }) => {
        const other = tensors.find((tensor) => tensor.name === name)?.shape;
        return other?.length === shape.length && shape.every((extent, axis) => extent === other[axis]);
      })
    );
  }

  /** The tensors of one run over these rows; of several only where the space is stacked. */
  tensors(rows: readonly Float64Array[]): Tensor[] {
    if (rows.length !== 1 && !this.isStacked) throw new Error('Rows of this graph run one by one');
    return this.inputs.map(({ name, datatype, shape, from, width }) => {
      const data = new (typedArrayOf(datatype))(rows.length * width);
      for (const [place, row] of rows.entries())
        for (let at = 0; at < width; at += 1) {
          const value = row[from + at] ?? 0;
          const index = place * width + at;
          if (data instanceof BigInt64Array || data instanceof BigUint64Array)
            data[index] = BigInt(Math.round(value));
          else data[index] = datatype === 'FP16' ? toHalf(value) : value;
        }
      return { name, datatype, shape: this.isStacked ? [rows.length, ...shape.slice(1)] : shape, data };
    });
  }
}

function featuresOf(
  { name, shape, width }: SpaceInput,
  elements: readonly NamedElement[] | null,
  unit: string | readonly string[] | undefined,
  isStacked: boolean,
): SpaceFeature[] {
  const own = isStacked ? shape.slice(1) : shape;
  const last = own.at(-1) ?? 1;
  const named = elements?.length === last ? elements : null;
  return Array.from({ length: width }, (_, at): SpaceFeature => {
    const index = indexOf(at, own);
    const column = at % last;
    const element = named?.[column];
    const outer = index
      .slice(0, -1)
      .map((place) => `[${place}]`)
      .join('');
    return {
      name:
        element === undefined
          ? width === 1
            ? name
            : `${name}${index.map((place) => `[${place}]`).join('')}`
          : width === last
            ? element.name
            : `${name}${outer}.${element.name}`,
      input: name,
      index,
      unit: element?.unit ?? (typeof unit === 'string' ? unit : (unit?.[column] ?? null)),
    };
  });
}

/** Two inputs may have columns of one name. */
function unambiguous(features: readonly SpaceFeature[]): SpaceFeature[] {
  const counts = new Map<string, number>();
  for (const { name } of features) counts.set(name, (counts.get(name) ?? 0) + 1);
  return features.map((feature) =>
    (counts.get(feature.name) ?? 0) > 1
      ? { ...feature, name: `${feature.input}${feature.index.map((place) => `[${place}]`).join('')}` }
      : feature,
  );
}

function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const extent of shape.toReversed()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return index;
}
