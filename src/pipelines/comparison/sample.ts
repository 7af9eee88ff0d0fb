import type { VersionRecord } from '../../catalog/index.js';
import { decodeTensor, rowsOf, type RawTensor, type Tensor } from '../../onnx/index.js';
import { DomainError } from '../../platform/errors.js';
import { parsePipeline } from '../parse-pipeline.js';
import type { Pipeline } from '../pipeline.js';
import { describeInstances, generatedInstances } from './generated-instances.js';
import { generatedTensors } from './generated-tensors.js';

/** At most one of the three; without any, generated rows. */
export interface SampleRequest {
  readonly instances?: readonly unknown[] | null | undefined;
  readonly inputs?: readonly RawTensor[] | null | undefined;
  readonly generated?:
    | { readonly rows?: number | null | undefined; readonly seed?: number | null | undefined }
    | null
    | undefined;
}

interface SampleOrigin {
  readonly source: 'GIVEN' | 'GENERATED';
  readonly rows: number;
  /** Of generated ones. */
  readonly seed: number | null;
  /** What it is, in words. */
  readonly description: string;
}

/** Rows both versions are asked about. */
export type Sample = SampleOrigin &
  (
    | {
        readonly form: 'INSTANCES';
        readonly instances: readonly unknown[];
        readonly pipelines: { readonly base: Pipeline; readonly target: Pipeline };
      }
    | {
        readonly form: 'TENSORS';
        readonly inputs: readonly Tensor[];
        /** Whether the first dimension of every input counts rows; else the sample is a single one. */
        readonly isRowwise: boolean;
      }
  );

export const MAX_SAMPLE_ROWS = 1_000;
const GENERATED_ROWS = 48;
const MAX_SEED = 2 ** 32 - 1;
const FIELD = ['sample'];

/**
 * @throws DomainError INVALID_ARGUMENT for no rows, too many, or a seed out of range; NO_PIPELINE for instances where a
 * version takes tensors only; INVALID_TENSOR
 */
export function chooseSample(
  request: SampleRequest | null | undefined,
  base: VersionRecord,
  target: VersionRecord,
): Sample {
  if (request?.instances) return givenInstances(request.instances, base, target);
  if (request?.inputs) return givenTensors(request.inputs, base, target);
  return generated(request?.generated ?? {}, base, target);
}

function givenInstances(instances: readonly unknown[], base: VersionRecord, target: VersionRecord): Sample {
  const rows = instances.length;
  checkRows(rows, [...FIELD, 'instances']);
  const pipelines = { base: requirePipeline(base), target: requirePipeline(target) };
  return {
    form: 'INSTANCES',
    source: 'GIVEN',
    rows,
    seed: null,
    description: 'The instances given',
    instances,
    pipelines,
  };
}

function givenTensors(raw: readonly RawTensor[], base: VersionRecord, target: VersionRecord): Sample {
  const field = [...FIELD, 'inputs'];
  if (raw.length === 0)
    throw new DomainError('INVALID_ARGUMENT', 'Expected the tensors of at least one input, got none.', {
      field,
    });
  const inputs = raw.map((tensor, index) => decodeTensor(tensor, [...field, String(index)]));
  const isRowwise = rowwise(inputs, base, target);
  const rows = isRowwise ? (rowsOf(inputs) ?? 1) : 1;
  checkRows(rows, field);
  return {
    form: 'TENSORS',
    source: 'GIVEN',
    rows,
    seed: null,
    description: 'The tensors given',
    inputs,
    isRowwise,
  };
}

function generated(
  options: NonNullable<SampleRequest['generated']>,
  base: VersionRecord,
  target: VersionRecord,
): Sample {
  const [wanted, seed] = [options.rows ?? GENERATED_ROWS, options.seed ?? 1];
  const field = [...FIELD, 'generated'];
  checkRows(wanted, [...field, 'rows']);
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED)
    throw new DomainError('INVALID_ARGUMENT', `Expected a seed from 0 to ${MAX_SEED}, got ${seed}.`, {
      field: [...field, 'seed'],
    });
  const pipelines = { base: pipelineOf(base), target: pipelineOf(target) };
  const origin = { source: 'GENERATED', seed } as const;
  if (pipelines.base && pipelines.base.instance.kind === pipelines.target?.instance.kind) {
    const instances = generatedInstances(pipelines.base, wanted, seed);
    const rows = instances.length;
    return {
      form: 'INSTANCES',
      ...origin,
      rows,
      description: `Made up: ${describeInstances(pipelines.base, rows)}`,
      instances,
      pipelines: { base: pipelines.base, target: pipelines.target },
    };
  }
  const inputs = generatedTensors(base.signature, wanted, seed);
  const isRowwise = rowwise(inputs, base, target);
  return {
    form: 'TENSORS',
    ...origin,
    rows: isRowwise ? wanted : 1,
    description: `Made up: random numbers in the form of the inputs of ${base.ref}`,
    inputs,
    isRowwise,
  };
}

/** Rows can be told apart where the tensors share a first dimension that varies in all either version declares. */
function rowwise(inputs: readonly Tensor[], ...versions: readonly VersionRecord[]): boolean {
  const varies = versions.some(({ signature }) =>
    [...signature.inputs, ...signature.outputs].every(({ shape }) => shape[0] === -1),
  );
  return varies && rowsOf(inputs) !== null;
}

function checkRows(rows: number, field: readonly string[]): void {
  if (Number.isInteger(rows) && rows >= 1 && rows <= MAX_SAMPLE_ROWS) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected 1 to ${MAX_SAMPLE_ROWS} rows in a sample, got ${rows}.`,
    { field },
  );
}

function pipelineOf(version: VersionRecord): Pipeline | null {
  return version.pipeline === null ? null : parsePipeline(version.pipeline, version.signature);
}

function requirePipeline(version: VersionRecord): Pipeline {
  const pipeline = pipelineOf(version);
  if (pipeline) return pipeline;
  throw new DomainError(
    'NO_PIPELINE',
    `${version.ref} has no pipeline, so it takes tensors only. Give the sample as inputs.`,
    { field: [...FIELD, 'instances'] },
  );
}
