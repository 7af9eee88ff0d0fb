import type { InferenceSession as Session } from 'onnxruntime-node';
import { fromRuntimeType } from '../../tensors/index.js';
import { defaultInputs, withDefaults } from '../../tensors/index.js';
import { readGraph, type DeclaredValue, type GraphReading, type GraphSummary } from '../../onnx/index.js';
import { madeUpInputs } from '../../tensors/index.js';
import { ModelProblem } from '../../onnx/index.js';
import { formatType, isServed } from '../../onnx/index.js';
import { checkDimensionNames } from '../../onnx/index.js';
import { checkExternalData } from '../../onnx/index.js';
import { loadProblem } from '../sessions/runtime-messages.js';
import { compareWithSource } from './compare-with-source.js';
import { withDeclaredClasses } from './declared-classes.js';
import { deriveGraph, type DerivedGraph } from '../../onnx/index.js';
import { mayNeedRewrites } from '../../onnx/index.js';
import type { Rewrite } from '../../onnx/index.js';
import { proveRows } from '../../onnx/index.js';
import type { RowProof } from '../../onnx/index.js';
import { InferenceSession } from '../sessions/runtime.js';
import { feedsOf } from '../sessions/runtime-feeds.js';
import { DEFAULT_SETTINGS, sessionOptions } from '../sessions/session-options.js';
import { refuseUncallable } from './sendable-inputs.js';
import type { Signature, TensorSpec } from '../../tensors/index.js';

export interface InspectionTask {
  readonly path: string;
  /** Where the graph that is loaded in the file's place may be written, if it has to be another one. */
  readonly derivedTo: string;
  /** The rewrites wanted; all that help when left out. */
  readonly rewrites?: readonly Rewrite[];
}

export interface Inspection {
  /** Of the graph that is loaded. */
  readonly signature: Signature;
  /** What the file itself says. */
  readonly graph: GraphSummary;
  /** What was changed between the file and the graph that is loaded; empty when it is loaded as it is. */
  readonly rewrites: readonly Rewrite[];
  /** SHA-256 of the graph that was written to be loaded; null when the file is loaded as it is. */
  readonly derived: string | null;
  /** Whether the rows of the graph that is loaded are independent. */
  readonly rowProof: RowProof;
}

/** What GraphQL's Int holds; a tensor of such an extent would take more than any answer holds. */
const MAX_EXTENT = 2 ** 31 - 1;

/**
 * Reads a graph, loads it, and tries it once on made-up inputs: what crashes or never ends shall do so here and not in
 * the server. That the graph refuses such inputs means nothing. Loading and running are synchronous and native: for a
 * child process only.
 * @param path of a file in a folder that holds, beside it, only what belongs to the model
 * @param onTrial called between loading and trying
 * @throws ModelProblem
 */
export async function inspectModel(
  { path, derivedTo, rewrites }: InspectionTask,
  onTrial: () => void,
): Promise<Inspection> {
  const source = readGraph(path);
  // Before the runtime, which would open whatever file the graph names.
  checkExternalData(source.external, path);
  const derived = mayNeedRewrites(source) ? deriveGraph(path, derivedTo, rewrites) : null;
  const loaded = derived === null ? path : derivedTo;
  const reading = derived === null ? source : readGraph(loaded);
  for (const value of reading.inputs) refuseUnservedType('Input', value);
  for (const value of reading.outputs) refuseUnservedType('Output', value);
  let session: Session;
  try {
    session = await InferenceSession.create(loaded, sessionOptions(DEFAULT_SETTINGS));
  } catch (error) {
    throw loadProblem(error, loaded, reading.summary);
  }
  try {
    const signature = withDeclaredClasses(
      annotated(signatureOf(session, reading), derived),
      source.summary.metadata,
    );
    refuseUncallable(signature);
    onTrial();
    const answer = await tryOnce(session, signature);
    if (derived !== null && answer !== undefined) await compareWithSource(path, source, signature, answer);
    return {
      signature,
      graph: source.summary,
      rewrites: derived?.rewrites ?? [],
      derived: derived?.sha256 ?? null,
      rowProof: proveRows(loaded, defaultInputs(signature)),
    };
  } finally {
    await session.release();
  }
}

/** @returns undefined when the graph refuses made-up inputs */
async function tryOnce(session: Session, signature: Signature): Promise<Session.ReturnType | undefined> {
  const inputs = withDefaults(madeUpInputs(signature), defaultInputs(signature));
  return session.run(feedsOf(inputs)).catch(() => undefined);
}

function annotated(signature: Signature, derived: DerivedGraph | null): Signature {
  if (derived === null) return signature;
  return {
    inputs: signature.inputs.map((spec) => ({ ...spec, ...derived.inputs.get(spec.name) })),
    outputs: signature.outputs.map((spec) => ({ ...spec, ...derived.outputs.get(spec.name) })),
  };
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
    return 'only the maps of a ZipMap that stands right before the output are taken apart; export so that it gives a plain tensor (skl2onnx: options={"zipmap": False})';
  return 'cast it inside the graph, or declare its type, and export again';
}

function signatureOf(session: Session, reading: GraphReading): Signature {
  const signature = {
    inputs: session.inputMetadata.map((value) => specOf('Input', value, reading.inputs)),
    outputs: session.outputMetadata.map((value) => specOf('Output', value, reading.outputs)),
  };
  checkDimensionNames(
    [...signature.inputs, ...signature.outputs].flatMap(({ dimensions = [] }) =>
      dimensions.filter((dimension) => dimension !== null),
    ),
  );
  return signature;
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
  const tooLarge = value.shape.find((size) => typeof size === 'number' && size > MAX_EXTENT);
  if (tooLarge !== undefined)
    throw new ModelProblem(
      'UNSUPPORTED_MODEL',
      `${role} ${JSON.stringify(name)} declares an extent of ${tooLarge}, expected at most ${MAX_EXTENT}: no request or answer holds such a tensor; declare what the graph really takes and gives, or leave the dimension variable`,
    );
  // Below zero it says nothing, in whatever way it says so.
  const shape = value.shape.map((size) => (typeof size === 'number' ? Math.max(size, -1) : -1));
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
