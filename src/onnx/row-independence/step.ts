import type { Extent } from './extent.js';
import { type Unknowns } from './extent.js';
import type { Attribute, Graph, GraphNode } from './graph.js';
import { ProofEnd } from './proof-end.js';
import { isOutermost, type Followed, type Value } from './value.js';

/** What an operator does to the values it is given; one that mixes rows throws ProofEnd. */
export type Rule = (step: Step) => readonly Value[];

/** What is known of an operator. No property is assumed that is not stated: an operator without a rule ends the proof. */
export interface Operator {
  readonly rule: Rule;
  /** Inputs that are sizes: the rule looks at what they say, and they may count rows. */
  readonly sizes?: readonly number[];
  /** Takes rows that are filled up to the length of the longest, for what they are. */
  readonly takesPadding?: boolean;
  /** Takes the places of rows among others, for what they are. */
  readonly takesNumberedRows?: boolean;
  /** Gives different results for equal inputs. */
  readonly isRandom?: boolean;
}

/** By name. A rule alone stands for an operator of which nothing else is to be said. */
export type Operators = Readonly<Record<string, Operator | Rule>>;

/** Follows values through another graph, which may use names of the graph around it. */
export type FollowBody = (graph: Graph, inputs: readonly Value[]) => Value[];

/** One node on the way of the rows. */
export class Step {
  constructor(
    readonly node: GraphNode,
    /** Of the operator set the operator is of. */
    readonly opset: number,
    /** None of them mixed. Undefined where an optional one is left out. */
    readonly inputs: readonly (Followed | undefined)[],
    readonly unknowns: Unknowns,
    readonly followBody: FollowBody,
    /** Tells of an input that is looked up in a table of so many lines. */
    readonly looksUp: (origin: string, lines: number) => void,
  ) {}

  get given(): Followed[] {
    return this.inputs.filter((input) => input !== undefined);
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  input(index: number): Followed {
    const input = this.inputs[index];
    if (input === undefined) throw new ProofEnd(`its input ${index} is left out`);
    return input;
  }

  private attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, absent: number): number {
    const attribute = this.attribute(name);
    return attribute === undefined ? absent : (attribute.int ?? 0);
  }

  text(name: string, absent: string): string {
    const attribute = this.attribute(name);
    return attribute === undefined ? absent : (attribute.text ?? '');
  }

  /** Null where the attribute is left out. */
  ints(name: string): readonly number[] | null {
    const attribute = this.attribute(name);
    if (attribute === undefined) return null;
    if (attribute.ints === null) throw new ProofEnd(`its ${name} are too many`);
    return attribute.ints;
  }

  floats(name: string): readonly number[] | null {
    const attribute = this.attribute(name);
    if (attribute === undefined) return null;
    if (attribute.floats === null) throw new ProofEnd(`its ${name} are too many`);
    return attribute.floats;
  }

  texts(name: string): readonly string[] | null {
    const attribute = this.attribute(name);
    if (attribute === undefined) return null;
    if (attribute.texts === null) throw new ProofEnd(`its ${name} are too many`);
    return attribute.texts;
  }

  body(name: string): Graph {
    const graph = this.attribute(name)?.graph;
    if (!graph) throw new ProofEnd(`it has no ${name}`);
    return graph;
  }

  get attributes(): ReadonlyMap<string, Attribute> {
    return this.node.attributes;
  }

  /** Numbers an operator is told by an attribute or, in later versions, by an input; null where it is not told any. */
  numbers(attribute: string, index: number): readonly number[] | null {
    return this.ints(attribute) ?? (this.has(index) ? this.numbersOf(index) : null);
  }

  /** Elements that are known whatever the request. */
  numbersOf(index: number): readonly number[] {
    return this.extentsOf(index).map((extent) => {
      if (extent.number === null) throw new ProofEnd(`its input ${index} is computed while it runs`);
      return extent.number;
    });
  }

  extentsOf(index: number): readonly Extent[] {
    const { elements } = this.input(index);
    if (elements === null) throw new ProofEnd(`what its input ${index} says is not known beforehand`);
    return elements.values;
  }
}

/** @throws ProofEnd where not even their number is known */
export function dimsOf({ dims }: Followed): readonly Extent[] {
  if (dims === null) throw new ProofEnd('how many dimensions it is given is not known beforehand');
  return dims;
}

/** Negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(counted) || counted < 0 || counted >= Math.max(rank, 1))
    throw new ProofEnd(`it has no axis ${axis}`);
  return counted;
}

/** @throws ProofEnd unless the tensor is the same for all rows */
export function mustBeConstant(value: Followed | undefined, what: string): void {
  if (value?.rows) throw new ProofEnd(`${what} is computed from the rows`);
}

/** @throws ProofEnd when the tensor has rows, and not one after the other along this axis */
export function mustLieAlong(value: Followed | undefined, axis: number, what = 'its input'): void {
  if (!value?.rows) return;
  if (value.rows.axis !== axis || !isOutermost(value.rows))
    throw new ProofEnd(`the rows of ${what} lie along axis ${value.rows.axis} and not ${axis}`);
}

/** @throws ProofEnd unless the rows lie along this axis, one element of it each */
export function mustHaveRows(value: Followed | undefined, axis: number, what = 'its input'): void {
  if (!value?.rows) throw new ProofEnd(`${what} has no rows of its own`);
  mustLieAlong(value, axis, what);
}

/** @throws ProofEnd for an operator of ai.onnx from before this version, in which its meaning changed */
export function mustBeSince({ node, opset }: Step, version: number): void {
  if (node.domain === '' && opset < version)
    throw new ProofEnd(`its way before opset ${version} is not followed`);
}

/** Whether the elements along the axis are rows. */
export function isRowAxis({ rows }: Followed, axis: number): boolean {
  return rows?.axis === axis;
}
