import type { ArtifactRecord, VersionRecord } from '../catalog/index.js';
import type { SignatureComparison } from '../compatibility/index.js';
import {
  partOfSample,
  type LatencyComparison,
  type OutputComparison,
  type OutputsComparison,
  type Sample,
  type SampleRequest,
} from '../comparison/index.js';
import { tensorAnnotations } from '../pipelines/index.js';
import { DomainError } from '../platform/errors.js';
import { annotated } from './annotated-signature.js';

const MAX_LISTED = 300;

/** Two versions, whose comparison is made field by field. */
export interface VersionPair {
  readonly base: VersionRecord;
  readonly target: VersionRecord;
}

export interface ArtifactPair {
  readonly base: ArtifactRecord;
  readonly target: ArtifactRecord;
}

/** Each tensor with what its version's pipeline says of it. */
export function signatureAnswer(
  { compatibility, differences }: SignatureComparison,
  { base, target }: VersionPair,
) {
  const [ours, theirs] = [tensorAnnotations(base.pipeline), tensorAnnotations(target.pipeline)];
  return {
    compatibility,
    differences: differences.map((difference) => {
      const side = difference.side === 'INPUT' ? 'inputs' : 'outputs';
      const [before] = difference.base ? annotated([difference.base], ours[side]) : [];
      const [after] = difference.target ? annotated([difference.target], theirs[side]) : [];
      return { ...difference, base: before ?? null, target: after ?? null };
    }),
  };
}

export function latencyAnswer({ sample, base, target, ...rest }: LatencyComparison) {
  const ratio = base && target ? quotient(target.medianMs, base.medianMs) : null;
  return { ...rest, base, target, ratio, sample: sampleAnswer(sample) };
}

export function outputsAnswer({ sample, refusals, outputs, ...counts }: OutputsComparison) {
  return {
    ...counts,
    sample: sampleAnswer(sample),
    refusals: refusals.map((refusal) => ({ ...refusal, ...placeAt(sample, refusal.row) })),
    outputs: outputs.map((output) => outputAnswer(output, sample)),
  };
}

/** What GraphQL's JSON of a request's sample means; the schema's defaults are in it. */
export function sampleRequest(
  sample:
    | (Omit<SampleRequest, 'generated'> & {
        readonly generated?:
          | { readonly rows?: number | null | undefined; readonly seed?: bigint | null | undefined }
          | null
          | undefined;
      })
    | null
    | undefined,
): SampleRequest | null {
  if (!sample) return null;
  const { generated, ...given } = sample;
  if (!generated) return given;
  const { rows, seed } = generated;
  return { generated: { rows, seed: typeof seed === 'bigint' ? Number(seed) : null } };
}

/** The first of a list, of one kind of change when one is given. @throws DomainError INVALID_ARGUMENT */
export function firstOf<Item extends { readonly change: string }>(
  items: readonly Item[],
  change: string | null | undefined,
  first: number | null | undefined,
): Item[] {
  const count = first ?? MAX_LISTED;
  if (count < 0)
    throw new DomainError('INVALID_ARGUMENT', `Expected first from 0 to ${MAX_LISTED}, got ${count}.`, {
      field: ['first'],
    });
  return items.filter((item) => !change || item.change === change).slice(0, count);
}

/** Null where there is no finite one. */
export function quotient(value: number | bigint, base: number | bigint): number | null {
  const share = Number(value) / Number(base);
  return Number.isFinite(share) ? share : null;
}

/** GraphQL has no infinity, which a mean of very large changes may reach. */
export function representable(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}

function outputAnswer(output: OutputComparison, sample: Sample) {
  const { base, target, obstacle, differences, expectation } = output;
  const name = base?.name ?? target?.name ?? '';
  return {
    name,
    targetName: target && target.name !== name ? target.name : null,
    unit: base && target && base.unit !== target.unit ? null : (base?.unit ?? target?.unit ?? null),
    obstacle,
    expectation,
    differences: differences && {
      ...differences,
      rows: differences.rows.map((row) => ({
        ...row,
        ...placeAt(sample, row.row),
        base: jsonNumber(row.base),
        target: jsonNumber(row.target),
        expected: row.expected === null ? null : jsonNumber(row.expected),
      })),
    },
  };
}

function sampleAnswer({ source, description, rows, seed, parts }: Sample) {
  return { source, description, rows, seed: seed === null ? null : BigInt(seed), parts };
}

/** What a row of a sample is, and where it comes from. */
function placeAt(sample: Sample, row: number) {
  const instance: unknown = sample.form === 'INSTANCES' ? (sample.instances[row] ?? null) : null;
  return { instance, origin: partOfSample(sample, row)?.origin ?? null };
}

/** As tensors are written everywhere in the API: what JSON cannot say exactly is a string. */
function jsonNumber(value: number | bigint | string): number | string {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}
