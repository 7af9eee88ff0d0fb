// Indices are within their arrays by construction.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/onnx/index.js';

/** The number of rows, as an extent among others. */
type Size = number | 'rows';
interface Value {
  readonly name: string;
  readonly dims: readonly Size[];
}
export interface RandomGraph {
  readonly bytes: Uint8Array;
  /** Sizes of one row of the input. */
  readonly row: readonly number[];
  /** What was put together, for the report of a failure. */
  readonly steps: readonly string[];
}

/** As many rows as some constants have places: rows and other sizes must not be taken for one another. */
const LIKELY_ROWS = 3;
const LENGTH = 7;

/**
 * Graphs of random operators with random attributes, most of them valid. Rows are lost, mixed and kept in them: what the
 * proof says of each is then compared with what the runtime does.
 */
export const randomGraphs: fc.Arbitrary<RandomGraph> = fc
  .record({
    row: fc.array(fc.constantFrom(1, 2, 3, 4), { minLength: 1, maxLength: 3 }),
    opset: fc.constantFrom(11, 13, 17, 18),
    choices: fc.array(fc.array(fc.nat(9_999), { minLength: 8, maxLength: 8 }), { minLength: 2, maxLength: LENGTH }), // prettier-ignore
  })
  .map(({ row, opset, choices }) => new Maker(row, opset).make(choices));

/** Methods of Maker; those that are there twice are tried more often. */
const OPERATORS = [
  'unary', 'unary', 'withConstant', 'withConstant', 'withValue', 'softmax', 'softmax', 'reduce', 'reduce', 'transpose', 'unsqueeze', 'squeeze', 'concat', 'slice', 'gather', 'matMul', 'matMul', 'reshape', 'reshape', 'reshapeByShape', 'flatten', 'cumulate', 'argMax', 'tile', 'expand', 'pad', 'layerNormalization', 'batchNormalization', 'countOfRows', 'places', 'compare', 'einsum', 'split', 'topK', 'gatherElements', 'loop',
] as const; // prettier-ignore
type Operator = (typeof OPERATORS)[number];

class Maker {
  private readonly graph: GraphBuilder;
  private readonly values: Value[];
  private readonly steps: string[] = [];
  private numbers: number[] = [];
  private constants = 0;

  constructor(
    private readonly row: readonly number[],
    private readonly opset: number,
  ) {
    this.graph = new GraphBuilder('random', { opset });
    this.graph.input('x', 'FP64', ['rows', ...row]);
    this.values = [{ name: 'x', dims: ['rows', ...row] }];
  }

  make(choices: readonly (readonly number[])[]): RandomGraph {
    for (const numbers of choices) {
      this.numbers = [...numbers];
      // Mostly on with what came last, so that mistakes travel.
      const from = this.next(3) === 0 ? this.pick(this.values) : this.values.at(-1)!;
      const step = this.pick(OPERATORS);
      const made = this.apply(step, from);
      if (made === null) continue;
      this.values.push(made);
      this.steps.push(`${step} of ${from.name}[${from.dims.join()}] → ${made.name}[${made.dims.join()}]`);
    }
    const last = this.values.at(-1)!;
    this.graph.node('Identity', [last.name], {}, ['y']);
    this.graph.output('y', 'FP64', last.dims);
    return { bytes: this.graph.build(), row: this.row, steps: [`opset ${this.opset}`, ...this.steps] };
  }

  private apply(operator: Operator, value: Value): Value | null {
    return this[operator](value);
  }

  private next(below: number): number {
    return (this.numbers.shift() ?? 0) % below;
  }

  private pick<Item>(items: readonly Item[]): Item {
    return items[this.next(items.length)] as Item;
  }

  private axis({ dims }: Value): number {
    return this.next(Math.max(1, dims.length));
  }

  private constant(dims: readonly number[]): string {
    const count = dims.reduce((product, size) => product * size, 1);
    const values = Array.from(
      { length: count },
      (_, index) => ((index * 7 + this.constants * 3) % 11) / 5 - 1,
    );
    return this.graph.constant(`c${this.constants++}`, 'FP64', dims, values);
  }

  private integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.graph.constant(`i${this.constants++}`, 'INT64', dims, values.map(BigInt));
  }

  /** Axes by an input or by an attribute, whatever the version takes. */
  private onAxes(
    op: string,
    value: Value,
    axes: readonly number[],
    more: Record<string, bigint> = {},
  ): string {
    const byInput = this.opset >= (/^Reduce(?!Sum$)/.test(op) ? 18 : 13);
    return byInput
      ? this.graph.node(op, [value.name, this.integers(axes)], more)
      : this.graph.node(op, [value.name], { ...more, axes: axes.map(BigInt) });
  }

  unary({ name, dims }: Value): Value {
    const op = this.pick(['Relu', 'Tanh', 'Sigmoid', 'Neg', 'Abs', 'Exp', 'Floor']);
    return { name: this.graph.node(op, [name]), dims };
  }

  withConstant({ name, dims }: Value): Value {
    // Sizes of 3 beside the rows meet them when there are three.
    const length = this.next(dims.length + 1);
    const sizes = dims.slice(dims.length - length).map((size) => (this.next(3) === 0 ? 1 : size === 'rows' ? this.pick([1, 1, LIKELY_ROWS]) : size)); // prettier-ignore
    const op = this.pick(['Add', 'Mul', 'Sub', 'Max', 'Min']);
    const inputs = [name, this.constant(sizes)];
    return { name: this.graph.node(op, this.next(2) === 0 ? inputs : inputs.reverse()), dims };
  }

  withValue({ name, dims }: Value): Value | null {
    const other = this.pick(this.values);
    const rank = Math.max(dims.length, other.dims.length);
    const sizes: Size[] = [];
    for (let axis = 1; axis <= rank; axis += 1) {
      const [a = 1, b = 1] = [dims.at(-axis), other.dims.at(-axis)];
      const like = (size: Size) => (size === 'rows' ? LIKELY_ROWS : size);
      if (a !== b && a !== 1 && b !== 1 && like(a) !== like(b)) return null;
      sizes.unshift(a === 1 ? b : a);
    }
    return { name: this.graph.node(this.pick(['Add', 'Mul', 'Sub']), [name, other.name]), dims: sizes };
  }

  softmax(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const op = this.pick(['Softmax', 'LogSoftmax']);
    return { name: this.graph.node(op, [value.name], { axis: BigInt(this.axis(value)) }), dims: value.dims };
  }

  reduce(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const op = this.pick(['ReduceMax', 'ReduceMean', 'ReduceSum', 'ReduceL2']);
    const [axis, keep] = [this.axis(value), this.next(2)];
    const dims = value.dims.flatMap((size, at) => (at === axis ? (keep ? [1] : []) : [size]));
    return { name: this.onAxes(op, value, [axis], { keepdims: BigInt(keep) }), dims };
  }

  transpose({ name, dims }: Value): Value {
    const perm = dims.map((_, axis) => axis);
    for (let at = perm.length - 1; at > 0; at -= 1) {
      const other = this.next(at + 1);
      [perm[at], perm[other]] = [perm[other]!, perm[at]!];
    }
    return {
      name: this.graph.node('Transpose', [name], { perm: perm.map(BigInt) }),
      dims: perm.map((axis) => dims[axis]!),
    };
  }

  unsqueeze(value: Value): Value | null {
    if (value.dims.length > 4) return null;
    const axis = this.next(value.dims.length + 1);
    return { name: this.onAxes('Unsqueeze', value, [axis]), dims: value.dims.toSpliced(axis, 0, 1) };
  }

  squeeze(value: Value): Value | null {
    const axis = value.dims.indexOf(1);
    if (axis < 0) return null;
    if (this.next(3) === 0) {
      // Whatever is 1 goes: a lone row as well.
      const dims = value.dims.filter((size) => size !== 1);
      return { name: this.graph.node('Squeeze', [value.name]), dims };
    }
    return { name: this.onAxes('Squeeze', value, [axis]), dims: value.dims.toSpliced(axis, 1) };
  }

  concat(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    if (value.dims[axis] === 'rows') return null;
    const like = this.values.filter(({ dims }) => dims.join() === value.dims.join());
    const size = value.dims[axis]! * 2;
    return { name: this.graph.node('Concat', [value.name, this.pick(like).name], { axis: BigInt(axis) }), dims: value.dims.with(axis, size) }; // prettier-ignore
  }

  slice(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const [start, by] = this.pick([[0, 1], [-1, -1], [0, 2]] as const); // prettier-ignore
    const end = by < 0 ? -1_000 : 1_000_000_000_000;
    const node = this.graph.node('Slice', [value.name, this.integers([start]), this.integers([end]), this.integers([axis]), this.integers([by])]); // prettier-ignore
    const size = value.dims[axis]!;
    if (size === 'rows' && by === 2) return null;
    return {
      name: node,
      dims: by === 2 ? value.dims.with(axis, Math.ceil((size as number) / 2)) : value.dims,
    };
  }

  gather(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const indices = this.pick([[0], [0, 0], [-1]]);
    const isScalar = indices.length === 1 && this.next(2) === 0;
    const places = isScalar ? [] : [indices.length];
    return {
      name: this.graph.node('Gather', [value.name, this.integers(indices, places)], { axis: BigInt(axis) }),
      dims: [...value.dims.slice(0, axis), ...places, ...value.dims.slice(axis + 1)],
    };
  }

  matMul({ name, dims }: Value): Value | null {
    if (dims.length < 2) return null;
    if (this.next(4) === 0) {
      const other = this.pick(this.values.filter((one) => one.dims.length === dims.length));
      if (other.dims.at(-2) !== dims.at(-1) || other.dims.slice(0, -2).join() !== dims.slice(0, -2).join()) return null; // prettier-ignore
      return {
        name: this.graph.node('MatMul', [name, other.name]),
        dims: dims.with(-1, other.dims.at(-1)!),
      };
    }
    const [inner, lines] = [dims.at(-1)!, dims.at(-2)!];
    if (this.next(3) === 0) {
      const size = lines === 'rows' ? LIKELY_ROWS : lines;
      return { name: this.graph.node('MatMul', [this.constant([2, size]), name]), dims: dims.with(-2, 2) };
    }
    const size = inner === 'rows' ? LIKELY_ROWS : inner;
    return { name: this.graph.node('MatMul', [name, this.constant([size, 2])]), dims: dims.with(-1, 2) };
  }

  reshape(value: Value): Value | null {
    const numbers = value.dims.filter((size) => size !== 'rows');
    const all = numbers.reduce((product, size) => product * size, 1);
    const first = value.dims[0] === 'rows' ? 'rows' : -1;
    const [target, dims] = this.pick<readonly [readonly number[], readonly Size[] | null]>([
      [[-1, all], ['rows', all]],
      [[all, -1], [all, 'rows']],
      [[0, -1], first === 'rows' ? ['rows', all] : null],
      [[-1], null],
      [[-1, 1, all], ['rows', 1, all]],
      [[1, -1, all], [1, 'rows', all]],
    ]); // prettier-ignore
    if (dims === null || value.dims.filter((size) => size === 'rows').length !== 1) return null;
    return { name: this.graph.node('Reshape', [value.name, this.integers(target)]), dims };
  }

  /** The shape is put together while it runs, as exporters do. */
  reshapeByShape(value: Value): Value | null {
    if (value.dims.length < 2) return null;
    const shape = this.graph.node('Shape', [value.name]);
    const kept = this.axis(value);
    const one = this.graph.node('Gather', [shape, this.integers([kept])], { axis: 0n });
    const isFirst = this.next(2) === 0;
    const parts = isFirst ? [one, this.integers([-1])] : [this.integers([-1]), one];
    const target = this.graph.node('Concat', parts, { axis: 0n });
    const others = value.dims.toSpliced(kept, 1);
    const rest: Size = others.includes('rows') ? (others.every((size) => size === 'rows' || size === 1) ? 'rows' : NaN) : others.reduce<number>((product, size) => product * (size as number), 1); // prettier-ignore
    if (Number.isNaN(rest)) return null;
    const size = value.dims[kept]!;
    return {
      name: this.graph.node('Reshape', [value.name, target]),
      dims: isFirst ? [size, rest] : [rest, size],
    };
  }

  flatten(value: Value): Value | null {
    const axis = this.next(value.dims.length + 1);
    const product = (sizes: readonly Size[]): Size | null => {
      const numbers = sizes.filter((size) => size !== 'rows').reduce((all, size) => all * size, 1);
      const rows = sizes.filter((size) => size === 'rows').length;
      return rows === 0 ? numbers : rows === 1 && numbers === 1 ? 'rows' : null;
    };
    const dims = [product(value.dims.slice(0, axis)), product(value.dims.slice(axis))];
    if (dims.includes(null)) return null;
    return { name: this.graph.node('Flatten', [value.name], { axis: BigInt(axis) }), dims: dims as Size[] };
  }

  cumulate(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    return {
      name: this.graph.node('CumSum', [value.name, this.integers([this.axis(value)], [])]),
      dims: value.dims,
    };
  }

  argMax(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const best = this.graph.node('ArgMax', [value.name], { axis: BigInt(axis), keepdims: 1n });
    return { name: this.graph.node('Cast', [best], { to: 11n }), dims: value.dims.with(axis, 1) };
  }

  tile(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const size = value.dims[axis]!;
    if (size === 'rows') return null;
    const repeats = value.dims.map((_, at) => (at === axis ? 2 : 1));
    return { name: this.graph.node('Tile', [value.name, this.integers(repeats)]), dims: value.dims.with(axis, 2 * size) }; // prettier-ignore
  }

  /** To the shape of the input, which begins with the rows. */
  expand(value: Value): Value | null {
    const [target] = this.values as [Value];
    const own = value.dims;
    const fits = own.length <= target.dims.length && own.every((size, at) => size === 1 || size === target.dims[at + target.dims.length - own.length]); // prettier-ignore
    if (!fits) return null;
    return {
      name: this.graph.node('Expand', [value.name, this.graph.node('Shape', ['x'])]),
      dims: target.dims,
    };
  }

  pad(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const size = value.dims[axis]!;
    if (size === 'rows') return null;
    const amounts = [...value.dims.map((_, at) => (at === axis ? 1 : 0)), ...value.dims.map(() => 0)];
    return { name: this.graph.node('Pad', [value.name, this.integers(amounts)]), dims: value.dims.with(axis, size + 1) }; // prettier-ignore
  }

  layerNormalization(value: Value): Value | null {
    const axis = this.axis(value);
    const sizes = value.dims.slice(axis);
    if (this.opset < 17 || sizes.length === 0 || sizes.includes('rows')) return null;
    const scale = this.constant(sizes as number[]);
    return { name: this.graph.node('LayerNormalization', [value.name, scale], { axis: BigInt(axis) }), dims: value.dims }; // prettier-ignore
  }

  batchNormalization({ name, dims }: Value): Value | null {
    const channels = dims[1];
    if (dims.length < 2 || channels === undefined) return null;
    const size = channels === 'rows' ? LIKELY_ROWS : channels;
    const variance = this.graph.constant(`c${this.constants++}`, 'FP64', [size], Array.from({ length: size }, () => 1.5)); // prettier-ignore
    const parameters = [this.constant([size]), this.constant([size]), this.constant([size]), variance];
    return { name: this.graph.node('BatchNormalization', [name, ...parameters]), dims };
  }

  /** Multiplied by how many rows there are. */
  countOfRows({ name, dims }: Value): Value {
    const count = this.graph.node('Gather', [this.graph.node('Shape', ['x']), this.integers([this.next(2)])]);
    const real = this.graph.node('Cast', [count], { to: 11n });
    return { name: this.graph.node('Mul', [name, real]), dims: dims.length === 0 ? [1] : dims };
  }

  /** The place of each along the first axis of the input is added. */
  places(value: Value): Value | null {
    if (value.dims[0] !== 'rows') return null;
    const count = this.graph.node('Squeeze', [this.graph.node('Gather', [this.graph.node('Shape', ['x']), this.integers([0])])]); // prettier-ignore
    const range = this.graph.node('Range', [this.integers([0], []), count, this.integers([1], [])]);
    const real = this.graph.node('Cast', [range], { to: 11n });
    const target = this.integers([-1, ...value.dims.slice(1).map(() => 1)]);
    return { name: this.graph.node('Add', [value.name, this.graph.node('Reshape', [real, target])]), dims: value.dims }; // prettier-ignore
  }

  compare({ name, dims }: Value): Value {
    const condition = this.graph.node('Greater', [name, this.constant([])]);
    return { name: this.graph.node('Where', [condition, name, this.constant([])]), dims };
  }

  einsum(value: Value): Value | null {
    if (value.dims.length !== 2) return null;
    const [result, dims] = this.pick<readonly [string, readonly Size[]]>([
      ['ab', value.dims],
      ['ba', [...value.dims].reverse()],
      ['a', value.dims.slice(0, 1)],
      ['b', value.dims.slice(1)],
    ]);
    return { name: this.graph.node('Einsum', [value.name], { equation: `ab->${result}` }), dims };
  }

  split(value: Value): Value | null {
    const axis = value.dims.findIndex((size) => size !== 'rows' && size % 2 === 0);
    if (axis < 0) return null;
    const half = (value.dims[axis] as number) / 2;
    const names = [`s${this.constants++}`, `s${this.constants++}`];
    const attributes = { axis: BigInt(axis), ...(this.opset >= 18 ? { num_outputs: 2n } : {}) };
    this.graph.node('Split', [value.name], attributes, names);
    return { name: names[this.next(2)]!, dims: value.dims.with(axis, half) };
  }

  topK(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const names = [`t${this.constants++}`, `t${this.constants++}`];
    this.graph.node('TopK', [value.name, this.integers([1])], { axis: BigInt(axis) }, names);
    return { name: names[0]!, dims: value.dims.with(axis, 1) };
  }

  /** The first along an axis in the place of each other. */
  gatherElements(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const axis = this.axis(value);
    const zeros = this.graph.node('Cast', [this.graph.node('Mul', [value.name, this.graph.constant(`c${this.constants++}`, 'FP64', [], [0])])], { to: 7n }); // prettier-ignore
    const safe = this.graph.node('Clip', [zeros, this.integers([0], []), this.integers([0], [])]);
    return {
      name: this.graph.node('GatherElements', [value.name, safe], { axis: BigInt(axis) }),
      dims: value.dims,
    };
  }

  /** Three times: halved and added to itself, or to its sum over an axis. */
  loop(value: Value): Value | null {
    if (value.dims.length === 0) return null;
    const body = new GraphBuilder('body', { opset: this.opset });
    body.input('round', 'INT64', []);
    body.input('goes', 'BOOL', []);
    body.input('state', 'FP64', value.dims);
    body.node('Identity', ['goes'], {}, ['on']);
    const half = body.node('Mul', ['state', body.constant('half', 'FP64', [], [0.5])]);
    if (this.next(2) === 0) body.node('Add', [half, body.outer('x')], {}, ['new']);
    else body.node('Add', [half, body.node('CumSum', ['state', body.constant('axis', 'INT64', [], [BigInt(this.axis(value))])])], {}, ['new']); // prettier-ignore
    body.output('on', 'BOOL', []);
    body.output('new', 'FP64', value.dims);
    if (value.dims.join() !== this.values[0]!.dims.join()) return null;
    return {
      name: this.graph.node('Loop', [this.integers([3], []), '', value.name], { body }),
      dims: value.dims,
    };
  }
}
