import type { WholeNode } from '../../onnx/index.js';
import { NoGradientGraph } from './gradient-refusal.js';

/** TensorProto.DataType of the numbers that gradients are made of. */
export type RealType = 1 | 10 | 11;
export const INT64 = 7;
export const BOOL = 9;

export type NodeAttribute = number | bigint | string | readonly bigint[];

export interface TapeNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute>>;
}

export interface TapeConstant {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** What is known of the forward graph's values. */
export interface ValueFacts {
  /** TensorProto.DataType; 0 where it is not known. */
  readonly type: number;
  /** Null where it is not known. */
  readonly rank: number | null;
  /** Elements of a small constant. */
  readonly constant: { readonly values: Float64Array; readonly dims: readonly number[] } | null;
}

/** Collects the nodes that are written behind the forward graph's. Names are new to the graph. */
export class Tape {
  readonly nodes: TapeNode[] = [];
  readonly constants: TapeConstant[] = [];
  private count = 0;

  constructor(
    private readonly taken: (name: string) => boolean,
    readonly opset: number,
    private readonly factsOf: (name: string) => ValueFacts,
  ) {}

  node(operator: string, inputs: readonly string[], attributes: TapeNode['attributes'] = {}): string {
    return this.many(operator, inputs, attributes, 1)[0] ?? '';
  }

  /** With an output that has a name of its own. @throws NoGradientGraph where the graph has it already */
  named(operator: string, inputs: readonly string[], output: string): void {
    if (this.taken(output)) throw new NoGradientGraph(`the graph has a value named ${output}`);
    this.nodes.push({ operator, inputs, outputs: [output], attributes: {} });
  }

  many(
    operator: string,
    inputs: readonly string[],
    attributes: TapeNode['attributes'],
    count: number,
  ): readonly string[] {
    const outputs = Array.from({ length: count }, () => this.fresh());
    this.nodes.push({ operator, inputs, outputs, attributes });
    return outputs;
  }

  constant(type: number, dims: readonly number[], values: readonly number[]): string {
    const name = this.fresh();
    this.constants.push({ name, type, dims, values });
    return name;
  }

  facts(name: string): ValueFacts {
    return this.factsOf(name);
  }

  real(value: string): RealType {
    const { type } = this.factsOf(value);
    if (type === 1 || type === 10 || type === 11) return type;
    throw new NoGradientGraph(`the type of ${JSON.stringify(value.slice(0, 60))} is not one of real numbers`);
  }

  /** A number of the same type as a forward value. */
  scalar(like: string, value: number): string {
    return this.constant(this.real(like), [], [value]);
  }

  whole(values: readonly number[]): string {
    return this.constant(INT64, [values.length], values);
  }

  rank(value: string, node: WholeNode): number {
    const { rank } = this.factsOf(value);
    if (rank === null)
      throw new NoGradientGraph(`the rank of an input of operator ${node.operator} is not known`);
    return rank;
  }

  shape(value: string): string {
    return this.node('Shape', [value]);
  }

  /** ReduceSum has its axes as an input from operator set 13 on, the others from 18 on. */
  reduce(operator: 'ReduceSum' | 'ReduceMean', value: string, axes: readonly number[]): string {
    if (operator === 'ReduceSum' || this.opset >= 18)
      return this.node(operator, [value, this.whole(axes)], { keepdims: 1n });
    return this.node(operator, [value], { axes: axes.map(BigInt), keepdims: 1n });
  }

  /** A gradient of a broadcast value, summed to the shape that the value has itself. */
  sumTo(gradient: string, value: string): string {
    const [own, wide] = [this.shape(value), this.shape(gradient)];
    const missing = this.node('Sub', [this.node('Shape', [wide]), this.node('Shape', [own])]);
    const ones = this.node('Expand', [this.whole([1]), missing]);
    const padded = this.node('Concat', [ones, own], { axis: 0n });
    const differs = this.node('Not', [this.node('Equal', [padded, wide])]);
    const axes = this.node('Reshape', [this.node('NonZero', [differs]), this.whole([-1])]);
    const summed = this.node('ReduceSum', [gradient, axes], { keepdims: 1n, noop_with_empty_axes: 1n });
    return this.node('Reshape', [summed, own]);
  }

  /** Zeros of a forward value's shape. */
  zeros(like: string): string {
    return this.node('Expand', [this.scalar(like, 0), this.shape(like)]);
  }

  /** Gradients of elements that were chosen by their flat places in `value`, put back there. */
  scatter(gradient: string, places: string, value: string, areUnique: boolean): string {
    if (!areUnique && this.opset < 16)
      throw new NoGradientGraph('elements that are chosen twice need operator set 16');
    const flat = this.whole([-1]);
    const target = this.node('Reshape', [this.zeros(value), flat]);
    const scattered = this.node(
      'ScatterElements',
      [target, this.node('Reshape', [places, flat]), this.node('Reshape', [gradient, flat])],
      { axis: 0n, ...(areUnique ? {} : { reduction: 'add' }) },
    );
    return this.node('Reshape', [scattered, this.shape(value)]);
  }

  /** The flat place of every element. */
  places(value: string): string {
    const size = this.node('Size', [value]);
    const scalar = (number: number) => this.constant(INT64, [], [number]);
    return this.node('Reshape', [this.node('Range', [scalar(0), size, scalar(1)]), this.shape(value)]);
  }

  private fresh(): string {
    for (;;) {
      const name = `retort_gradient_${this.count++}`;
      if (!this.taken(name)) return name;
    }
  }
}
