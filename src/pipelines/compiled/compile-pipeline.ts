import type { DataType } from '../../tensors/index.js';
import { fieldOf } from '../fields/index.js';
import { graphNodes, type GraphNodes } from '../graph/graph-nodes.js';
import { shapeOf } from '../graph/check-graph-input.js';
import {
  boundedQuantity,
  moleculeField,
  type Quantity,
  quantitiesOf,
  sameDescriptor,
} from '../graph/graph-quantities.js';
import type { DeclaredField, DeclaredStep, MissingRule } from '../graph/graph-schema.js';
import { isRowwise } from '../graph/parse-graph.js';
import { formOf, type ReadValue, type ValueKind, type Values, widthOf } from '../language/index.js';
import { isDescriptor } from '../molecules/descriptors.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { Pipeline } from '../pipeline.js';
import { chainAsGraph, type GraphForm } from './chain-as-graph.js';
import { compileSteps, type CompiledStep, type MoleculeLoad } from './compile-steps.js';

export interface CompiledField {
  readonly name: string;
  readonly slot: number;
  readonly form: Values['form'];
  /** Numbers a row, of a dense one. */
  readonly width: number;
  readonly read: ReadValue;
  readonly missing: MissingRule | undefined;
  /** For molecules: their text is then read by RDKit. */
  readonly load: MoleculeLoad | undefined;
}

export interface CompiledInput {
  readonly name: string;
  readonly datatype: DataType;
  /** The tensor's, as the graph declares it. */
  readonly shape: readonly number[];
  readonly slot: number;
  /** Of one row. */
  readonly rowShape: readonly number[];
  /** Numbers a row; -1 where they differ, and for texts. */
  readonly width: number;
  readonly gaps: boolean;
}

export interface Bound {
  readonly quantity: Quantity;
  readonly slot: number;
  readonly min: number;
  readonly max: number;
}

/** A pipeline of either format, ready to run over columns of values. */
export interface CompiledPipeline {
  /** Whether instances are rows; else the graph runs once for each. */
  readonly rowwise: boolean;
  /** Whether every tensor has a first dimension that varies, so that rows can share a run. */
  readonly stacked: boolean;
  readonly fields: readonly CompiledField[];
  /** The instance itself is the value of its only field. */
  readonly whole: boolean;
  readonly steps: readonly CompiledStep[];
  readonly slots: number;
  readonly inputs: readonly CompiledInput[];
  readonly quantities: readonly (Quantity & { readonly slot: number })[];
  readonly bounds: readonly Bound[];
  readonly domainSource: string;
  readonly hasMolecules: boolean;
  readonly kinds: ReadonlyMap<string, ValueKind>;
}

/** What stands for the descriptors that only ranges speak of. */
const BOUNDED = '$bounded';

const compiled = new WeakMap<Pipeline, CompiledPipeline>();

/** @param pipeline as parsePipeline or derivedPipeline returned it; compiled once */
export function compilePipeline(pipeline: Pipeline): CompiledPipeline {
  const known = compiled.get(pipeline);
  if (known) return known;
  const made = compile(pipeline);
  compiled.set(pipeline, made);
  return made;
}

function compile(pipeline: Pipeline): CompiledPipeline {
  const { instance, steps, filledBy } = graphForm(pipeline);
  const ranges = pipeline.domain?.ranges ?? {};
  const boundedNames = Object.keys(ranges);
  const nodes = checkedNodes(instance, withBoundedDescriptors(instance, steps, boundedNames));
  const slotOf = new Map(
    [...Object.keys(instance), ...nodes.steps.map(({ name }) => name)].map((name, slot) => [name, slot]),
  );
  const slot = (name: string) => slotOf.get(name) ?? -1;
  const { loads, steps: compiledSteps } = compileSteps(instance, nodes, slot);
  const quantities = describing(quantitiesOf(instance, nodes), boundedNames);
  const rowwise = rowwiseOf(pipeline, nodes);
  return {
    rowwise,
    stacked: rowwise && tensorsOf(pipeline).every(({ shape }) => shape[0] === -1 || shape.length === 0),
    fields: Object.entries(instance).map(([name, field]) => {
      const kind = nodes.kinds.get(name) ?? { kind: 'json' };
      return {
        name,
        slot: slot(name),
        form: formOf(kind),
        width: kind.kind === 'numbers' ? widthOf(kind.shape) : 1,
        read: fieldOf(field.kind).read(field, name),
        missing: field.missing,
        load: loads.get(name),
      };
    }),
    whole: pipeline.format === 1,
    steps: compiledSteps,
    slots: slotOf.size,
    inputs: Object.entries<Tensor>(pipeline.inputs).map(([name, { datatype, shape }]) => {
      const of = filledBy[name] ?? '';
      const kind = nodes.kinds.get(of) ?? { kind: 'json' };
      const rowShape = shapeOf(kind) ?? [];
      return {
        name,
        datatype,
        shape,
        slot: slot(of),
        rowShape,
        width: kind.kind === 'numbers' ? widthOf(rowShape) : -1,
        gaps: kind.kind === 'numbers' && kind.gaps === true,
      };
    }),
    quantities: quantities.map((quantity) => ({ ...quantity, slot: slot(quantity.node) })),
    bounds: Object.entries(ranges).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
      const quantity = boundedQuantity(name, quantities, nodes);
      return quantity ? [{ quantity, slot: slot(quantity.node), min, max }] : [];
    }),
    domainSource: pipeline.domain?.source ?? '',
    hasMolecules: loads.size > 0,
    kinds: nodes.kinds,
  };
}

type Tensor = { readonly datatype: DataType; readonly shape: readonly number[] };

function tensorsOf({ inputs, outputs }: Pipeline): readonly Tensor[] {
  return [...Object.values<Tensor>(inputs), ...Object.values<Tensor>(outputs)];
}

function graphForm(pipeline: Pipeline): GraphForm {
  if (pipeline.format === 1) return chainAsGraph(pipeline);
  const filledBy = Object.fromEntries(Object.entries(pipeline.inputs).map(([name, { of }]) => [name, of]));
  return { instance: pipeline.instance, steps: pipeline.steps, filledBy };
}

function checkedNodes(
  instance: Readonly<Record<string, DeclaredField>>,
  steps: Readonly<Record<string, DeclaredStep>>,
): GraphNodes {
  const faults = new PipelineFaults();
  const nodes = graphNodes(instance, steps, faults);
  faults.throwIfAny();
  return nodes;
}

/** Descriptors that ranges bound are computed whether or not the graph gets them. */
function withBoundedDescriptors(
  instance: Readonly<Record<string, DeclaredField>>,
  steps: Readonly<Record<string, DeclaredStep>>,
  bounded: readonly string[],
): Readonly<Record<string, DeclaredStep>> {
  const molecule = moleculeField(instance);
  const names = bounded.filter(isDescriptor);
  if (molecule === undefined || names.length === 0) return steps;
  return { [BOUNDED]: { step: 'descriptors', names, of: molecule }, ...steps };
}

/** Each descriptor once: by the name that a range gives it, where one does. */
function describing(quantities: readonly Quantity[], bounded: readonly string[]): Quantity[] {
  return quantities.filter(
    ({ name, node }) =>
      node === BOUNDED || !bounded.some((other) => other !== name && sameDescriptor(other, name)),
  );
}

function rowwiseOf(pipeline: Pipeline, nodes: GraphNodes): boolean {
  if (pipeline.format === 1) return pipeline.instance.kind !== 'particles';
  const specs = (tensors: Readonly<Record<string, { datatype: DataType; shape: readonly number[] }>>) =>
    Object.entries(tensors).map(([name, { datatype, shape }]) => ({ name, datatype, shape }));
  return isRowwise(
    pipeline.inputs,
    { inputs: specs(pipeline.inputs), outputs: specs(pipeline.outputs) },
    nodes,
  );
}
