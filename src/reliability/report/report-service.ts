import type { CatalogReader, VersionRecord } from '../../catalog/index.js';
import { derivedPipeline, parsePipeline, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { ReliabilityService } from '../reliability-service.js';
import { renderReport } from './render-report.js';
import type { MeasuredMetric } from './report-facts.js';
import type { ReportFormat } from './report.js';
import { reportOf } from './write-report.js';

/** Writes what a version says of itself in the form that regulators read. */
export class ReportService {
  constructor(
    private readonly deps: {
      readonly catalog: CatalogReader;
      readonly reliability: Pick<ReliabilityService, 'knownFit'>;
      /** What was measured of versions is kept by a room above this one. */
      readonly evaluations: { metricsOf(versionId: string): Promise<readonly MeasuredMetric[]> };
    },
  ) {}

  /** @throws DomainError VERSION_NOT_FOUND when its model was deleted just now; UNAVAILABLE */
  async write(version: VersionRecord, format: ReportFormat): Promise<string> {
    const { catalog, reliability, evaluations } = this.deps;
    const { modelId, number, artifactDigest, id, ref } = version;
    const descriptions = await catalog.descriptionsOfVersions(modelId, { from: number, to: number });
    const description = descriptions.get(number);
    if (description === undefined) throw new DomainError('VERSION_NOT_FOUND', `${ref} was deleted just now.`);
    const [artifact = null] = await catalog.artifactsByDigests([artifactDigest]);
    const derivations = await catalog.derivationsOfVersions([id]);
    const parents = await catalog.versionsByIds(derivations.map(({ parentId }) => parentId));
    const facts = {
      version,
      pipeline: pipelineOf(version),
      description,
      artifact,
      parents: parents.map((parent) => parent.ref).sort(),
      measured: await evaluations.metricsOf(id),
      fit: await reliability.knownFit(version),
    };
    return renderReport(reportOf(facts), format);
  }
}

function pipelineOf({ pipeline, signature }: VersionRecord): Pipeline {
  return pipeline === null ? derivedPipeline(signature) : parsePipeline(pipeline, signature);
}
