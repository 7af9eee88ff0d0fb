import { ONNX_ELEMENT_TYPES } from '../../tensors/index.js';
import { toInt64 } from '../onnx-schema.js';
import { dropDeclaredType, opsetOf } from './declarations.js';
import type { RewritePlan } from './edits.js';
import { contentOf, GRAPH, type GraphOutline } from './graph-layout.js';
import { nodeField, valueField } from './messages.js';
import { NARROW, narrowType, type NarrowType } from '../../tensors/index.js';
import type { OutlineType, OutlineValue } from './outline-schema.js';
import { renamed } from './rename-values.js';
import type { ValueUsers } from './value-users.js';
import { lengthDelimited } from './wire.js';

// AttributeProto.AttributeType
const INT = 2;

/**
 * Inputs and outputs of a type that no request can carry get a wider type, and the graph a Cast at that edge. Every value
 * of the narrow type is one of the wide type, so outputs lose nothing; of an input, `checkInputs` refuses the values that
 * the narrow type cannot hold.
 *
 * @param path the file the outline was read from
 */
export function planEdgeCasts(
  source: GraphOutline,
  path: string,
  users: ValueUsers,
  plan: RewritePlan,
): void {
  const { graph } = source.outline;
  const initialized = new Set((graph?.initializer ?? []).map(({ name }) => name));
  const names = new Map<string, string>();
  for (const side of ['input', 'output'] as const)
    for (const [place, value] of (graph?.[side] ?? []).entries()) {
      const { name = '' } = value;
      const type = narrowType(value.type?.tensor_type?.elem_type);
      const piece = source.places.get(GRAPH[side])?.[place];
      if (type === undefined || piece === undefined || initialized.has(name)) continue;
      const kind = side === 'input' ? 'INPUT_CAST' : 'OUTPUT_CAST';
      if (!plan.wants(kind, name) || !canCast(side, name, type, source, users)) continue;
      const inner = users.fresh(`${name}_${NARROW[type].name}`);
      names.set(name, inner);
      plan.edits.graph.set(piece, valueField(GRAPH[side], name, widened(value, type)));
      dropDeclaredType(name, source, plan.edits);
      if (side === 'input') plan.edits.before.push(cast(name, inner, NARROW[type].elementType));
      else plan.edits.after.push(cast(inner, name, ONNX_ELEMENT_TYPES[NARROW[type].wide]));
      (side === 'input' ? plan.inputs : plan.outputs).set(name, { storedAs: type });
      plan.rewrites.push({ kind, tensor: name });
    }
  renameInNodes(names, source, path, users, plan);
}

function canCast(
  side: 'input' | 'output',
  name: string,
  type: NarrowType,
  source: GraphOutline,
  users: ValueUsers,
): boolean {
  if ((opsetOf(source) ?? 0) < NARROW[type].opset || users.isGivenInside(name)) return false;
  const isOutput = source.outline.graph?.output?.some((output) => output.name === name) === true;
  // A value that goes straight from an input to an output has both names at once.
  return side === 'input' ? !isOutput : users.producer(name) !== undefined;
}

/** The value as it was gets another name in every node that makes or reads it. */
function renameInNodes(
  names: ReadonlyMap<string, string>,
  source: GraphOutline,
  path: string,
  users: ValueUsers,
  { edits }: RewritePlan,
): void {
  for (const node of users.nodesOf([...names.keys()])) {
    const piece = source.places.get(GRAPH.node)?.[node];
    const place = piece === undefined ? undefined : source.graph[piece];
    if (piece === undefined || place === undefined || edits.graph.has(piece)) continue;
    const before = contentOf(path, place);
    const after = renamed(before, names);
    if (after !== before) edits.graph.set(piece, lengthDelimited(GRAPH.node, after));
  }
}

function cast(from: string, to: string, elementType: number): Buffer {
  const attribute = [{ name: 'to', type: INT, i: toInt64(elementType) }];
  return nodeField({ op_type: 'Cast', input: [from], output: [to], attribute });
}

function widened({ type }: OutlineValue, narrow: NarrowType): OutlineType {
  const { shape } = type?.tensor_type ?? {};
  const elem_type = ONNX_ELEMENT_TYPES[NARROW[narrow].wide];
  return { tensor_type: { elem_type, ...(shape === undefined ? {} : { shape }) } };
}
