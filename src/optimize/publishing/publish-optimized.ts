import { createReadStream } from 'node:fs';
import type { ArtifactStore } from '../../artifacts/index.js';
import type {
  AttachmentInput,
  AttachmentRecord,
  CatalogService,
  DerivationRelation,
  ExampleInput,
  ExampleRecord,
  OptimizationRecord,
  OptimizationStep,
  VersionRecord,
} from '../../catalog/index.js';
import type { RunningJob } from '../../jobs/index.js';
import type { InstanceReader, Pipeline } from '../../pipelines/index.js';
import type { RunnerPool } from '../../runtime/index.js';
import { encodeTensor } from '../../tensors/index.js';
import type { OptimizationInput } from '../asked/optimization-input.js';
import { MeasuredGraph } from '../measuring/measured-graph.js';
import type { Chosen } from '../optimization-parts.js';
import { MEASURED_ON } from '../samples/sample-rows.js';
import { recalibrated } from './recalibrated.js';

export interface PublishingParts {
  readonly artifacts: ArtifactStore;
  readonly catalog: CatalogService;
  readonly instances: InstanceReader;
  readonly runners: Pick<RunnerPool, 'load'>;
}

/**
 * Publishes what was chosen with everything that belongs to the original: pipeline, attachments, examples, sources. What the
 * original answered and what was measured of it stays with it.
 *
 * @throws DomainError as publishVersion
 */
export async function publishOptimized(
  parts: PublishingParts,
  about: {
    readonly pipeline: Pipeline;
    readonly asked: OptimizationInput;
    readonly version: VersionRecord;
    readonly record: OptimizationRecord;
    readonly chosen: Chosen;
    readonly job: RunningJob;
  },
): Promise<VersionRecord> {
  const { artifacts, catalog } = parts;
  const { asked, chosen, job, record, version } = about;
  const { graph, name } = chosen;
  const { digest } = await artifacts.put(createReadStream(graph.path), { signal: job.signal });
  const attachments = await attachmentsOf(parts, about);
  const examples = await catalog.examplesOfVersions([version.id]);
  const { runtime, platform, packages, tools } = record;
  return catalog.publishMade(
    { actor: job.actor, requestId: job.id },
    {
      model: asked.model,
      artifact: { digest },
      pipeline: version.pipeline,
      metrics: metricsOf(record, name),
      notes: `Made of ${version.ref} by ${name}.`,
      source: version.source,
      trainingData: version.trainingData,
      environment: { runtime, platform, packages: packages.length > 0 ? packages : tools },
      derivedFrom: [{ version: version.ref, relation: relationOf(graph.steps) }],
      examples: examples.map(withoutAnswer),
      attachments,
      declareRowsIndependent: graph.facts.rows.independence === 'DECLARED',
      discloseTraining: version.disclosesTraining,
    },
    { job: job.id, optimization: record },
    job.signal,
  );
}

/** The original's, without the file that it was converted of; what calibrates intervals holds for the new graph. */
async function attachmentsOf(
  { artifacts, instances, runners }: PublishingParts,
  {
    chosen,
    job,
    pipeline,
    version,
  }: {
    readonly chosen: Chosen;
    readonly job: RunningJob;
    readonly pipeline: Pipeline;
    readonly version: VersionRecord;
  },
): Promise<AttachmentInput[]> {
  const kept = version.attachments.filter(({ role }) => role !== 'SOURCE');
  if (!kept.some(({ role, predicted }) => role === 'CALIBRATION' && predicted !== null))
    return kept.map(attached);
  const { signal } = job;
  const optimized = await MeasuredGraph.load(runners, chosen.graph.facts, signal);
  try {
    const about = { artifacts, instances, pipeline, original: chosen.original, optimized, signal };
    const changed: AttachmentInput[] = [];
    for (const each of kept) {
      const made = await recalibrated(each, about);
      if (made !== null)
        job.log('The calibration data are shifted to what the new graph would have predicted.');
      changed.push(attached(made ?? each));
    }
    return changed;
  } finally {
    await optimized.release();
  }
}

/** The farthest from the original. Pure. */
export function relationOf(steps: readonly OptimizationStep[]): DerivationRelation {
  const methods = steps.map(({ method }) => method);
  if (methods.includes('DISTILL')) return 'DISTILLED';
  return methods.some((method) => method.startsWith('PRUNE')) ? 'PRUNED' : 'QUANTIZED';
}

const MAX_DATASET = 500;

/** What was measured here, as metrics that others can be compared by. */
function metricsOf({ candidates, sample }: OptimizationRecord, chosen: string) {
  const { figures = null } = candidates.find(({ name }) => name === chosen) ?? {};
  const [own = '', other] = sample.description.split(MEASURED_ON);
  const dataset = (other ?? `${sample.measuredRows} held out of ${own}`).slice(0, MAX_DATASET);
  return (figures?.metrics ?? []).map(({ name, value, unit, higherIsBetter }) => ({
    name,
    value,
    unit,
    higherIsBetter,
    dataset,
  }));
}

/** What an example asks; what was answered to it was the original's answer. */
function withoutAnswer({ name, description, content }: ExampleRecord): ExampleInput {
  if (content.kind === 'INSTANCE') return { name, description, instance: content.instance };
  return {
    name,
    description,
    inputs: content.inputs.map((tensor) => ({ ...tensor, data: encodeTensor(tensor, 'BASE64') })),
  };
}

function attached({
  role,
  digest,
  format,
  columns,
  target,
  predicted,
  options,
}: AttachmentRecord): AttachmentInput {
  return { role, digest, format, columns, target, predicted, options };
}
