import type { InferenceSession as Session } from 'onnxruntime-node';
import { fromRuntimeType, runtimeType } from './data-types.js';
import { readGraph, type DeclaredValue, type GraphReading, type GraphSummary } from './graph-summary.js';
import { madeUpInputs } from './made-up-inputs.js';
import { ModelProblem } from './model-problem.js';
import { formatType, isServed } from './onnx-types.js';
import { loadProblem } from './runtime-messages.js';
import { InferenceSession, RuntimeTensor } from './runtime.js';
import { proveRows } from './row-independence/prove-rows.js';
import type { RowProof } from './row-independence/row-proof.js';
import { DEFAULT_SETTINGS, sessionOptions } from './session-options.js';
import type { Signature, TensorSpec } from './tensor.js';

export interface Inspection {
  readonly signature: Signature;
  readonly graph: GraphSummary;
  readonly rowProof: RowProof;
}

/**
 * Reads a graph, loads it, and tries it once on made-up inputs: what crashes or never ends shall do so here and not in
 * the server. That the graph refuses such inputs means nothing. Loading and running are synchronous and native: for a
 * child process only.
 * @param onTrial called between loading and trying
 * @throws ModelProblem
 */
export async function inspectModel(path: string, onTrial: () => void): Promise<Inspection> {
  const reading = readGraph(path);
  // Before the runtime, which would open whatever file the graph names.
  refuseExternalData(reading.summary);
  for (const value of reading.inputs) refuseUnservedType('Input', value);
  for (const value of reading.outputs) refuseUnservedType('Output', value);
  let session: Session;
  try {
    session = await InferenceSession.create(path, sessionOptions(DEFAULT_SETTINGS));
  } catch (error) {
    throw loadProblem(error, path, reading.summary);
  }
  try {
    const signature = signatureOf(session, reading);
    onTrial();
    await tryOnce(session, signature);
    return { signature, graph: reading.summary, rowProof: proveRows(path) };
  } finally {
    await session.release();
  }
}

async function tryOnce(session: Session, signature: Signature): Promise<void> {
  const feeds = Object.create(null) as Record<string, InstanceType<typeof RuntimeTensor>>;
  for (const { name, datatype, shape, data } of madeUpInputs(signature))
    feeds[name] = new RuntimeTensor(runtimeType(datatype), data, shape);
  await session.run(feeds).catch(() => undefined);
}

function refuseExternalData({ externalData }: GraphSummary): void {
  if (externalData.length === 0) return;
  const names = externalData
    .slice(0, 3)
    .map((name) => JSON.stringify(name))
    .join(', ');
  throw new ModelProblem(
    'UNSUPPORTED_MODEL',
    `The weights lie in ${externalData.length === 1 ? 'another file' : `${externalData.length} other files`} (${names}), and Retort stores one file per version: save them inside with onnx.save(onnx.load("model.onnx"), "single.onnx")`,
  );
}

function refuseUnservedType(role: 'Input' | 'Output', { name, type }: DeclaredValue): void {
  if (isServed(type)) return;
  throw new ModelProblem(
    'UNSUPPORTED_MODEL',
    `${role} "${name}" is ${formatType(type)}, expected a tensor of bool, integers, float16, float, double or string: ${advice(type)}`,
  );
}

function advice(type: DeclaredValue['type']): string {
  if (type?.sequence_type !== undefined || type?.map_type !== undefined)
    return 'export so that it gives a plain tensor (skl2onnx: options={"zipmap": False})';
  return 'cast it inside the graph, or declare its type, and export again';
}

function signatureOf(session: Session, reading: GraphReading): Signature {
  return {
    inputs: session.inputMetadata.map((value) => specOf('Input', value, reading.inputs)),
    outputs: session.outputMetadata.map((value) => specOf('Output', value, reading.outputs)),
  };
}

function specOf(
  role: 'Input' | 'Output',
  value: Session.ValueMetadata,
  declared: readonly DeclaredValue[],
): TensorSpec {
  const { name } = value;
  const datatype = value.isTensor ? fromRuntimeType(value.type) : undefined;
  if (!value.isTensor || datatype === undefined)
    throw new ModelProblem(
      'UNSUPPORTED_MODEL',
      `${role} "${name}" is no tensor of a type that Retort serves`,
    );
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name))
    throw new ModelProblem(
      'UNSUPPORTED_MODEL',
      `${role} ${JSON.stringify(name)} has control characters in its name: rename it and export again`,
    );
  const shape = value.shape.map((size) => (typeof size === 'number' ? size : -1));
  const dimensions = value.shape.map((size) => (typeof size === 'string' && size !== '' ? size : null));
  // The runtime reports no dimensions both for a scalar and where nothing is known; the file tells them apart.
  const isUnranked =
    shape.length === 0 &&
    declared.find((other) => other.name === name)?.type?.tensor_type?.shape === undefined;
  return {
    name,
    datatype,
    shape,
    ...(dimensions.some((dimension) => dimension !== null) ? { dimensions } : {}),
    ...(isUnranked ? { unranked: true } : {}),
  };
}
