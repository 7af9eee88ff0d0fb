import { recogniseFile } from './file-kind.js';
import { ModelProblem } from './model-problem.js';
import { fromInt64, modelReader } from './onnx-schema.js';
import { readSkeleton, SkeletonTooLarge } from './protobuf-skeleton.js';
import {
  boundedMetadata,
  boundedProducer,
  checkOperators,
  checkOpsets,
  checkValues,
  int32,
} from './reading/bounds.js';
import { callKey, checkExpansion, type Body } from './reading/function-expansion.js';
import { GraphTally, type ExternalTensor } from './reading/graph-tally.js';
import type { GraphMessage, ModelMessage, ValueMessage } from './reading/messages.js';
import type { DeclaredValue, GraphSummary } from './reading/summary.js';
import { text } from './reading/text.js';
import { WindowedFile } from './windowed-file.js';

export type { DeclaredValue, GraphSummary } from './reading/summary.js';

export interface GraphReading {
  readonly summary: GraphSummary;
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** Tensors whose content lies in other files, wherever in the model they stand. */
  readonly external: readonly ExternalTensor[];
  /** How many initializers are listed among the inputs too; `inputs` is without them. */
  readonly listedInitializers: number;
}

// The description of the largest published graphs, without weights, is a few megabytes.
const maxDescriptionBytes = 128 * 1024 * 1024;

/**
 * Reads what an ONNX file says about itself, in memory that does not grow with its weights.
 * @throws ModelProblem INVALID_MODEL when the bytes are no ONNX model, UNSUPPORTED_MODEL when its graph is too large
 */
export function readGraph(path: string): GraphReading {
  const file = new WindowedFile(path);
  try {
    const head = file.head(1024);
    let model: ModelMessage;
    try {
      const skeleton = readSkeleton(file, modelReader, maxDescriptionBytes);
      // A plain object has only what the file has; a message answers defaults for the rest.
      model = modelReader.toObject(modelReader.decode(skeleton));
    } catch (error) {
      if (error instanceof SkeletonTooLarge)
        throw new ModelProblem(
          'UNSUPPORTED_MODEL',
          `Expected a graph of at most ${maxDescriptionBytes} bytes beside its weights, got more; simplify the graph before exporting it`,
        );
      throw notOnnx(head, file.size);
    }
    if (model.graph === undefined || model.ir_version === undefined) throw notOnnx(head, file.size);
    return summarise(model, model.graph);
  } finally {
    file.close();
  }
}

function notOnnx(head: Buffer, size: number): ModelProblem {
  const kind = recogniseFile(head);
  const message =
    kind === undefined
      ? `Expected an ONNX model, got ${size} bytes that do not read as one: the file is corrupt, cut short or of another format; check it with onnx.checker.check_model and send it again`
      : `Expected an ONNX model, got what looks like ${kind}`;
  return new ModelProblem('INVALID_MODEL', message);
}

function summarise(model: ModelMessage, graph: GraphMessage): GraphReading {
  const tally = new GraphTally();
  const main = tally.graph(graph);
  // The runtime does not train and reads them all the same.
  for (const { initialization, algorithm } of model.training_info ?? [])
    for (const part of [initialization, algorithm]) tally.graph(part);
  const functions = new Map<string, Body>();
  for (const definition of model.functions ?? []) {
    const { domain, name, overload } = definition;
    const body = tally.function(definition);
    const key = callKey(domain, name, overload);
    // Of two by one name, the one that the runtime does not take is harmless: the larger one is counted.
    if (body.nodes >= (functions.get(key)?.nodes ?? 0)) functions.set(key, body);
  }
  checkExpansion(main, functions);
  // Before IR version 4 every initializer was listed among the inputs too; those are not asked of a caller.
  const initialized = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  const inputs = (graph.input ?? []).map(declared).filter(({ name }) => !initialized.has(name));
  const outputs = (graph.output ?? []).map(declared);
  checkValues(inputs, outputs);
  checkOperators(tally.operators);
  return {
    summary: {
      format: 'ONNX',
      producer: boundedProducer(
        [text(model.producer_name), text(model.producer_version)].filter((part) => part !== '').join(' '),
      ),
      irVersion: int32(fromInt64(model.ir_version), 'the file format'),
      opsets: checkOpsets(
        (model.opset_import ?? []).map(({ domain, version }) => ({
          domain: domain === 'ai.onnx' ? '' : (domain ?? ''),
          version: fromInt64(version),
        })),
      ),
      ...boundedMetadata(model.metadata_props ?? []),
      parameterCount: tally.parameters,
      operators: Object.fromEntries([...tally.operators].sort(([a], [b]) => (a < b ? -1 : 1))),
      externalData: [...new Set(tally.external.map(({ location }) => location))],
    },
    inputs,
    outputs,
    external: tally.external,
    listedInitializers: (graph.input ?? []).length - inputs.length,
  };
}

function declared({ name, type }: ValueMessage): DeclaredValue {
  return { name: name ?? '', type };
}
