import { keptTensor } from '../../tensors/index.js';
import { fromInt64 } from '../onnx-schema.js';
import type { Tensor } from '../../tensors/index.js';
import type { RewritePlan } from './edits.js';
import { contentOf, GRAPH, type GraphOutline } from './graph-layout.js';
import type { OutlineTensor } from './outline-schema.js';
import { datatypeOf, readSmallTensor } from './small-tensor.js';

/** Since then an initializer is an input only where the author wants it to be one (onnx/docs/IR.md). */
const MEANT_SINCE_IR = 4;
/** More elements are weights, as no caller would send them. */
const MAX_ELEMENTS = 64;
const MAX_INPUTS = 32;
/** Of one stored tensor with so few elements, texts included. */
const MAX_BYTES = 65_536;
// `data_location` of a tensor whose content lies in another file.
const EXTERNAL = 1;

/**
 * An initializer that is an input too is a value that a caller may override. The runtime's binding cannot be given one, so
 * it becomes an ordinary input of the graph, and Retort fills in the stored value when a request leaves it out.
 *
 * Exporters that list every weight among the inputs (all of them before IR version 4, MXNet's and early PyTorch's after)
 * did not mean that: as soon as one of a graph's listed initializers is as large as weights are, none is an optional input.
 *
 * @param path the file the outline was read from
 */
export function planOptionalInputs(source: GraphOutline, path: string, plan: RewritePlan): void {
  const { graph, ir_version } = source.outline;
  if (Number(fromInt64(ir_version)) < MEANT_SINCE_IR) return;
  const inputs = new Set((graph?.input ?? []).map(({ name }) => name));
  const listed = (graph?.initializer ?? [])
    .map((tensor, place) => ({ tensor, piece: source.places.get(GRAPH.initializer)?.[place] }))
    .filter(({ tensor }) => tensor.name !== undefined && inputs.has(tensor.name));
  if (listed.length > MAX_INPUTS || !listed.every(({ tensor }) => isSmall(tensor))) return;
  const found: { piece: number; tensor: Tensor }[] = [];
  for (const { piece } of listed) {
    const place = piece === undefined ? undefined : source.graph[piece];
    if (piece === undefined || place === undefined || place.end - place.start > MAX_BYTES) return;
    const tensor = readSmallTensor(contentOf(path, place));
    if (tensor === undefined) return;
    found.push({ piece, tensor });
  }
  for (const { piece, tensor } of found) {
    const { name, datatype, shape, data } = keptTensor(tensor);
    if (!plan.wants('OPTIONAL_INPUT', name)) continue;
    plan.edits.graph.set(piece, null);
    plan.inputs.set(name, { default: { datatype, shape, data } });
    plan.rewrites.push({ kind: 'OPTIONAL_INPUT', tensor: name });
  }
}

function isSmall({ dims = [], data_type, data_location }: OutlineTensor): boolean {
  const elements = dims.reduce((product, size) => product * fromInt64(size), 1n);
  return elements <= MAX_ELEMENTS && datatypeOf(data_type) !== undefined && data_location !== EXTERNAL;
}
