import {
  attachedRows,
  isFault,
  isOfLabels,
  type AttachedRow,
  type AttachmentRecord,
  type VersionRecord,
} from '../catalog/index.js';
import type { InstanceReader, JsonValue, MoleculeWorker, Pipeline, Prediction } from '../pipelines/index.js';
import { hasMolecule } from '../pipelines/index.js';
import { DomainError } from '../platform/errors.js';
import { seededRandom } from '../platform/seeded-random.js';
import { FEWEST_BITS, fitDomain } from './domain/fit-domain.js';
import type { FittedDomain } from './domain/fitted-domain.js';
import { DomainJudge } from './domain/judge-domain.js';
import { moleculePrints } from './domain/molecule-prints.js';
import { preparedRows, type PreparedRow } from './domain/prepared-row.js';
import { TrainingSample } from './domain/training-sample.js';
import type { Fit } from './fit.js';
import type { Calibration } from './intervals/calibration.js';
import { CalibrationFit, needsAnswers } from './intervals/fit-calibration.js';

const AT_ONCE = 200;
const DEFAULT_COVERAGE = 0.95;
const DEFAULT_NEIGHBOURS = 5;

/** Asks the version itself, outside of any request. */
export type Answer = (instances: readonly unknown[]) => Promise<Prediction[]>;

export interface FitParts {
  readonly reader: InstanceReader;
  readonly molecules: MoleculeWorker;
  /** Where stored bytes are, checked against their digest. */
  readonly fileOf: (digest: string) => Promise<string>;
}

/**
 * Reads the data of a version and fits what it says, once for all predictions.
 *
 * @throws DomainError ARTIFACT_CORRUPT, ARTIFACT_NOT_FOUND; what `answer` throws
 */
export async function fitVersion(
  parts: FitParts,
  version: VersionRecord,
  pipeline: Pipeline,
  answer: Answer,
): Promise<Fit> {
  const training = version.attachments.find(({ role }) => role === 'TRAINING');
  const domain = training ? await fitTraining(parts, version, pipeline, training) : null;
  const calibrations: Calibration[] = [];
  for (const attachment of version.attachments)
    if (attachment.role === 'CALIBRATION')
      calibrations.push(await fitCalibration(parts, { attachment, pipeline, domain, answer }));
  return { domain, calibrations };
}

async function fitTraining(
  parts: FitParts,
  { disclosesTraining, artifactDigest }: VersionRecord,
  pipeline: Pipeline,
  attachment: AttachmentRecord,
): Promise<FittedDomain> {
  // The same version has the same sample on every server.
  const sample = new TrainingSample(seededRandom(Number.parseInt(artifactDigest.slice(7, 15), 16)));
  let unreadable = 0;
  for await (const rows of batchesOf(parts, attachment, pipeline)) {
    const read = await prepared(parts.reader, pipeline, rows);
    for (const [place, row] of rows.entries()) {
      const one = read[place] ?? null;
      if (one === null) unreadable += 1;
      else {
        const shown = {
          instance: disclosesTraining ? (row.instance as JsonValue) : null,
          measured: row.target,
          predicted: row.predicted,
        };
        sample.add({ instance: row.instance, prepared: one, shown });
      }
    }
  }
  if (sample.count === 0) throw unusable(attachment, 'none of its rows can be read by the pipeline');
  const { coverage = DEFAULT_COVERAGE, neighbours = DEFAULT_NEIGHBOURS } = attachment.options;
  return fitDomain(sample, await morganOf(parts, pipeline, sample), {
    coverage,
    neighbours,
    discloses: disclosesTraining,
    unreadable,
  });
}

/** Not needed where the model gets bits of its own. */
async function morganOf(
  { molecules }: FitParts,
  pipeline: Pipeline,
  sample: TrainingSample,
): Promise<(Uint32Array | null)[] | null> {
  if (!hasMolecule(pipeline) || sample.hasBits(FEWEST_BITS)) return null;
  return moleculePrints(
    molecules,
    pipeline,
    sample.rows.map(({ instance }) => instance),
    { until: Infinity },
  );
}

async function fitCalibration(
  parts: FitParts,
  {
    attachment,
    pipeline,
    domain,
    answer,
  }: {
    readonly attachment: AttachmentRecord;
    readonly pipeline: Pipeline;
    readonly domain: FittedDomain | null;
    readonly answer: Answer;
  },
): Promise<Calibration> {
  const fit = new CalibrationFit(attachment, pipeline);
  const judge = domain && new DomainJudge(pipeline, domain);
  const isByDistance = attachment.options.difficulty === 'NEAREST';
  for await (const rows of batchesOf(parts, attachment, pipeline)) {
    const instances = rows.map(({ instance }) => instance);
    const answers = needsAnswers(attachment) ? await answer(instances) : [];
    const read = isByDistance && domain ? await prepared(parts.reader, pipeline, rows) : [];
    for (const [place, row] of rows.entries()) {
      const one = read[place] ?? null;
      const prediction = answers[place] ?? null;
      fit.add({
        row,
        prediction: prediction?.error === null ? prediction : null,
        remoteness: one && (judge?.judge(one, null).remoteness ?? null),
      });
    }
  }
  return fit.finish();
}

/** Rows that can be read, so many at a time. */
async function* batchesOf(
  { fileOf }: FitParts,
  attachment: AttachmentRecord,
  pipeline: Pipeline,
): AsyncGenerator<readonly AttachedRow[]> {
  const path = await fileOf(attachment.digest);
  const labels = isOfLabels(attachment, pipeline);
  let waiting: AttachedRow[] = [];
  for await (const rows of attachedRows({ path, attachment, pipeline, field: [], labels }))
    for (const row of rows) {
      // Every row could be read when the version was published.
      if (isFault(row)) throw unusable(attachment, `line ${row.line}: ${row.error}`);
      waiting.push(row);
      if (waiting.length === AT_ONCE) {
        yield waiting;
        waiting = [];
      }
    }
  if (waiting.length > 0) yield waiting;
}

async function prepared(
  reader: InstanceReader,
  pipeline: Pipeline,
  rows: readonly AttachedRow[],
): Promise<(PreparedRow | undefined)[]> {
  const instances = rows.map(({ instance }) => instance);
  return preparedRows(await reader.prepare(pipeline, instances, { endsAt: Infinity }));
}

function unusable({ role, digest }: AttachmentRecord, why: string): DomainError {
  return new DomainError(
    'INVALID_ATTACHMENT',
    `The ${role} data ${digest} of the version cannot be used: ${why}. Publish a version with data that can be read.`,
  );
}
