import { fromInt64, toInt64 } from '../onnx-schema.js';
import { dropDeclaredType, isStandardDomain, opsetOf } from './declarations.js';
import type { RewritePlan } from './edits.js';
import { GRAPH, type GraphOutline } from './graph-layout.js';
import { int64Tensor, nodeField, opsetField, valueField } from './messages.js';
import type { OutlineNode, OutlineType } from './outline-schema.js';
import type { ValueUsers } from './value-users.js';

// TensorProto.DataType
const FLOAT = 1;
const TENSOR = 4;
const INTS = 7;
/** The opset imported where a graph has operators of other domains only. */
const OPSET = 13;
/** Since then Reshape takes its shape as an input. */
const SHAPE_AS_INPUT = 5;

/**
 * An output that is a sequence of maps from class to probability, as skl2onnx and onnxmltools write it by default, becomes
 * the tensor of probabilities the maps were made from, [rows, classes]. In place of ZipMap stands a Reshape to as many
 * columns as there are classes, so that a graph that gives another number of them fails as it did before.
 */
export function planZipMapRemoval(source: GraphOutline, users: ValueUsers, plan: RewritePlan): void {
  for (const [place, { name = '', type }] of (source.outline.graph?.output ?? []).entries()) {
    if (type?.sequence_type?.elem_type?.map_type === undefined || !plan.wants('ZIP_MAP_REMOVED', name))
      continue;
    const found = zipMapBehind(name, source, users);
    if (found === undefined) continue;
    const labels = classLabels(found.node);
    const { edits } = plan;
    if (!edits.graph.has(found.piece)) {
      const version = opsetOf(source);
      if (version === undefined && edits.model.length === 0) edits.model.push(opsetField(OPSET));
      edits.graph.set(found.piece, reshape(found.node, labels.length, version ?? OPSET, users));
    }
    for (const value of found.values) dropDeclaredType(value, source, edits);
    const output = source.places.get(GRAPH.output)?.[place];
    if (output === undefined) continue;
    edits.graph.set(output, valueField(GRAPH.output, name, probabilities(labels.length)));
    plan.outputs.set(name, { classLabels: labels });
    plan.rewrites.push({ kind: 'ZIP_MAP_REMOVED', tensor: name });
  }
}

interface ZipMap {
  readonly node: OutlineNode;
  /** Its index among the graph's fields. */
  readonly piece: number;
  /** What lies between it and the output, both included. */
  readonly values: readonly string[];
}

/** Undefined when what gives the output is no ZipMap, or when anything but an output is made of its maps. */
function zipMapBehind(output: string, source: GraphOutline, users: ValueUsers): ZipMap | undefined {
  const nodes = source.outline.graph?.node ?? [];
  const values: string[] = [];
  for (let name = output; !values.includes(name);) {
    values.push(name);
    const index = users.producer(name);
    const node = index === undefined ? undefined : nodes[index];
    if (index === undefined || node === undefined || users.isReadInside(name)) return undefined;
    if (!users.readers(name).every((reader) => isIdentity(nodes[reader]))) return undefined;
    if (node.domain === 'ai.onnx.ml' && node.op_type === 'ZipMap') {
      const piece = source.places.get(GRAPH.node)?.[index];
      const isWhole = node.input?.length === 1 && node.output?.length === 1;
      return piece === undefined || !isWhole || classLabels(node).length === 0
        ? undefined
        : { node, piece, values };
    }
    if (!isIdentity(node)) return undefined;
    name = node.input?.[0] ?? '';
  }
  return undefined;
}

function isIdentity(node: OutlineNode | undefined): boolean {
  return node?.op_type === 'Identity' && isStandardDomain(node.domain);
}

/** Whole numbers as their digits. */
function classLabels({ attribute = [] }: OutlineNode): string[] {
  const named = (name: string) => attribute.find((candidate) => candidate.name === name);
  const strings = named('classlabels_strings')?.strings ?? [];
  const integers = named('classlabels_int64s')?.ints ?? [];
  // With both, or with neither, the runtime refuses the operator.
  if (strings.length > 0 && integers.length > 0) return [];
  const decoder = new TextDecoder();
  return strings.length > 0
    ? strings.map((bytes) => decoder.decode(bytes).replaceAll('\0', '\uFFFD'))
    : integers.map((value) => String(fromInt64(value)));
}

/** 0 stands for as many rows as there are. */
function reshape(
  { input = [], output = [] }: OutlineNode,
  classes: number,
  opset: number,
  users: ValueUsers,
): Buffer {
  const shape = [0, classes];
  if (opset < SHAPE_AS_INPUT)
    return nodeField({
      op_type: 'Reshape',
      input,
      output,
      attribute: [{ name: 'shape', type: INTS, ints: shape.map(toInt64) }],
    });
  const name = users.fresh(`${output[0] ?? ''}_shape`);
  const constant = nodeField({
    op_type: 'Constant',
    input: [],
    output: [name],
    attribute: [{ name: 'value', type: TENSOR, t: int64Tensor(shape) }],
  });
  return Buffer.concat([constant, nodeField({ op_type: 'Reshape', input: [...input, name], output })]);
}

function probabilities(classes: number): OutlineType {
  return { tensor_type: { elem_type: FLOAT, shape: { dim: [{}, { dim_value: toInt64(classes) }] } } };
}
