import { readFile } from 'node:fs/promises';
import type { OutputDifference } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { RunnerPool, RuntimeGraphs } from '../runtime/index.js';
import { checkInputs, defaultInputs, fromBytes, type Tensor } from '../tensors/index.js';
import { compareAnswers } from './compare-answers.js';
import type { ConverterResult, ConverterTensor } from './converter-messages.js';
import type { Scratch } from './scratch.js';

const MAX_RUN_MS = 120_000;

/**
 * Asks the graph, read and run as a version of it would be, what the model was asked, before there is a version.
 *
 * @throws DomainError CONVERSION_DIFFERS, CONVERSION_FAILED, and what inspecting and loading a graph throw
 */
export async function proveOnServer(
  parts: { readonly graphs: RuntimeGraphs; readonly runners: RunnerPool },
  proof: {
    readonly digest: string;
    readonly scratch: Scratch;
    readonly result: ConverterResult;
    readonly signal: AbortSignal;
  },
): Promise<OutputDifference[]> {
  const { digest, scratch, result, signal } = proof;
  const { signature, rewrites } = await parts.graphs.inspect(digest, signal);
  const inputs = await Promise.all(result.inputs.map((tensor) => readTensor(scratch, tensor)));
  checkInputs(signature, inputs);
  const graph = await parts.graphs.open({ digest, rewrites }, signal);
  const model = await parts.runners.load(() => graph.files(), {
    isolation: 'PROCESS',
    digest: graph.key,
    defaults: defaultInputs(signature),
    maxRunMs: MAX_RUN_MS,
  });
  try {
    const { outputs } = await model.run(inputs);
    const expected = await Promise.all(
      result.expected.map(async ({ tied, ...tensor }) => ({
        tensor: await readTensor(scratch, tensor),
        tied: new Set(tied),
      })),
    );
    const { outputs: differences, problem } = compareAnswers(expected, outputs, result.proof.tolerance);
    if (problem !== null)
      throw new DomainError(
        'CONVERSION_DIFFERS',
        `The converter's runtime agrees with the model, and this server's does not: ${problem}. Nothing is published.`,
      );
    return [...differences];
  } finally {
    await model.release();
  }
}

async function readTensor(
  scratch: Scratch,
  { name, datatype, shape, file }: ConverterTensor,
): Promise<Tensor> {
  const count = shape.reduce((product, size) => product * size, 1);
  const decoded = fromBytes(await readFile(scratch.path('output', file)), datatype, count);
  if ('problem' in decoded)
    throw new DomainError(
      'CONVERSION_FAILED',
      `The converter wrote a tensor "${name}" that ${decoded.problem}.`,
    );
  return { name, datatype, shape, data: decoded.values };
}
