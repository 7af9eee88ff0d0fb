import {
  checkInputs,
  decodeTensor,
  type RawTensor,
  type Signature,
  type Tensor,
} from '../../tensors/index.js';
import { instanceFaults, type InstanceReader, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonValue } from '../../platform/events/index.js';
import { exampleText, type ExampleContent, type NewExample } from './examples.js';
import { checkExpectedOutputs } from './expected-outputs.js';
import { checkText } from '../../platform/text/check-text.js';

/** What a publisher gives as an example: an instance, or all input tensors. */
export interface ExampleInput {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly instance?: unknown;
  /** What `predict` is expected to answer. */
  readonly expected?: unknown;
  readonly inputs?: readonly RawTensor[] | null | undefined;
  /** What `infer` is expected to answer. */
  readonly expectedOutputs?: readonly RawTensor[] | null | undefined;
}

const MAX_EXAMPLES = 100;
/** Of all examples of a version, as they are kept: room for a picture of 224 × 224 in FP32. */
const MAX_EXAMPLE_BYTES = 1_024 * 1_024;
const MAX_NAME = 200;
const MAX_DESCRIPTION = 5_000;

/** Before anything is read or loaded. @throws DomainError INVALID_ARGUMENT */
export function checkExampleCount(examples: readonly ExampleInput[]): void {
  if (examples.length <= MAX_EXAMPLES) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected at most ${MAX_EXAMPLES} examples, got ${examples.length}. Choose those that show the most.`,
    { field: ['examples'] },
  );
}

/**
 * Reads the examples of a publication and judges each as a request would be, short of running the graph.
 *
 * @param pipeline null without one; no example is an instance then
 * @throws DomainError INVALID_ARGUMENT, INVALID_INSTANCE, INVALID_TENSOR or NO_PIPELINE, each with the path of what is
 * at fault
 */
export async function takeExamples(
  examples: readonly ExampleInput[],
  signature: Signature,
  pipeline: Pipeline | null,
  reader: InstanceReader,
): Promise<NewExample[]> {
  const taken = examples.map((example, index): NewExample => {
    const field = ['examples', String(index)];
    return {
      name: optionalText(example.name, [...field, 'name'], MAX_NAME),
      description: optionalText(example.description, [...field, 'description'], MAX_DESCRIPTION),
      content: contentOf(example, signature, pipeline, field),
    };
  });
  if (pipeline !== null) await judgeInstances(taken, pipeline, reader);
  checkBytes(taken);
  return taken;
}

function contentOf(
  example: ExampleInput,
  signature: Signature,
  pipeline: Pipeline | null,
  field: readonly string[],
): ExampleContent {
  const { instance, inputs, expected, expectedOutputs } = example;
  const hasInstance = instance !== undefined && instance !== null;
  if (hasInstance === Array.isArray(inputs))
    throw invalid(
      `Expected exactly one of instance and inputs, got ${hasInstance ? 'both' : 'neither'}.`,
      field,
    );
  if (hasInstance) {
    if (expectedOutputs)
      throw invalid('expectedOutputs goes with inputs; say in expected what predict answers.', [
        ...field,
        'expectedOutputs',
      ]);
    if (pipeline === null)
      throw new DomainError(
        'NO_PIPELINE',
        'Expected tensors, got an instance: the version is published without a pipeline. Give inputs, or a pipeline.',
        { field: [...field, 'instance'] },
      );
    return {
      kind: 'INSTANCE',
      instance: instance as JsonValue,
      expected: (expected ?? null) as JsonValue,
    };
  }
  if (expected !== undefined && expected !== null)
    throw invalid('expected goes with an instance; say in expectedOutputs what infer answers.', [
      ...field,
      'expected',
    ]);
  return {
    kind: 'TENSORS',
    inputs: inputsOf(inputs ?? [], signature, field),
    expected: checkExpectedOutputs(expectedOutputs ?? [], signature, [...field, 'expectedOutputs']),
  };
}

function inputsOf(raw: readonly RawTensor[], signature: Signature, field: readonly string[]): Tensor[] {
  const tensors = raw.map((tensor, index) => decodeTensor(tensor, [...field, 'inputs', String(index)]));
  try {
    checkInputs(signature, tensors);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // It speaks of a request's own inputs.
    throw new DomainError(error.code, error.message, {
      field: [...field, ...(error.field ?? ['inputs'])],
      cause: error,
    });
  }
  return tensors;
}

async function judgeInstances(
  taken: readonly NewExample[],
  pipeline: Pipeline,
  reader: InstanceReader,
): Promise<void> {
  const instances = taken.flatMap(({ content }, index) =>
    content.kind === 'INSTANCE' ? [{ index, ...content }] : [],
  );
  if (instances.length === 0) return;
  const faults = await instanceFaults(reader, pipeline, instances);
  for (const [place, { index }] of instances.entries()) {
    const fault = faults[place];
    if (fault)
      throw new DomainError('INVALID_INSTANCE', fault.message, {
        field: ['examples', String(index), fault.part],
      });
  }
}

function checkBytes(taken: readonly NewExample[]): void {
  let bytes = 0;
  for (const [index, { content }] of taken.entries()) {
    bytes += Buffer.byteLength(exampleText(content));
    if (bytes <= MAX_EXAMPLE_BYTES) continue;
    throw invalid(
      `Expected examples of at most ${MAX_EXAMPLE_BYTES} bytes together (tensors count as base64), got more with the first ${index + 1}. Give fewer or smaller ones.`,
      ['examples'],
    );
  }
}

function optionalText(text: string | null | undefined, field: readonly string[], max: number): string | null {
  return text === null || text === undefined ? null : checkText(text, field, { max });
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
