import { LRUCache } from 'lru-cache';
import type { ArtifactStore } from '../artifacts/index.js';
import type { VersionRecord } from '../catalog/index.js';
import type { InstanceReader, MoleculeWorker, Pipeline } from '../pipelines/index.js';
import type { Logger } from '../platform/logging.js';
import { FitFiles } from './fit-files.js';
import { bytesOf, type Fit } from './fit.js';
import { fitVersion, type Answer } from './fit-version.js';
import { Judge } from './judge.js';

/** Of all fits in memory; the one that was not asked for longest goes first, and is read from its file again. */
const MAX_BYTES = 512 * 1_024 ** 2;

export interface ReliabilityDependencies {
  readonly artifacts: ArtifactStore;
  readonly reader: InstanceReader;
  readonly molecules: MoleculeWorker;
  /** For fits, which may be deleted at any time. */
  readonly directory: string;
  readonly logger: Logger;
}

/** What the data that versions carry says of their predictions: fitted once for each, kept in memory and on disk. */
export class ReliabilityService {
  /** By version. */
  private readonly fits = new LRUCache<string, Fit>({ maxSize: MAX_BYTES, sizeCalculation: bytesOf });
  /** Each with what it searches its training rows by; forgotten with the fit. */
  private readonly judges = new WeakMap<Fit, Judge>();
  private readonly underWay = new Map<string, Promise<Fit>>();
  private readonly files: FitFiles;

  constructor(private readonly deps: ReliabilityDependencies) {
    this.files = new FitFiles(deps.directory, deps.logger);
  }

  /**
   * The judge of a version that has data to judge by.
   *
   * @param answer asks the version, where its calibration rows do not say what was predicted
   * @throws DomainError ARTIFACT_CORRUPT, ARTIFACT_NOT_FOUND, INVALID_ATTACHMENT: a prediction is not given as if there
   * were no data; what `answer` throws
   */
  async judgeOf(version: VersionRecord, pipeline: Pipeline, answer: Answer): Promise<Judge> {
    const fit = await this.fitOf(version, pipeline, answer);
    const known = this.judges.get(fit);
    if (known) return known;
    const judge = new Judge(pipeline, fit, this.deps.molecules);
    this.judges.set(fit, judge);
    return judge;
  }

  /** See `judgeOf`; what callers at once wait for is done once. */
  async fitOf(version: VersionRecord, pipeline: Pipeline, answer: Answer): Promise<Fit> {
    const known = this.fits.get(version.id);
    if (known) return known;
    const begun = this.underWay.get(version.id);
    if (begun) return begun;
    const fit = this.readOrFit(version, pipeline, answer);
    this.underWay.set(version.id, fit);
    try {
      const found = await fit;
      this.fits.set(version.id, found);
      return found;
    } finally {
      this.underWay.delete(version.id);
    }
  }

  /** What was fitted before; null where it was not, or there is no data. Never fits. */
  async knownFit(version: VersionRecord): Promise<Fit | null> {
    if (!hasReliabilityData(version)) return null;
    return this.fits.get(version.id) ?? this.files.read(version);
  }

  private async readOrFit(version: VersionRecord, pipeline: Pipeline, answer: Answer): Promise<Fit> {
    const kept = await this.files.read(version);
    if (kept) return kept;
    const { artifacts, reader, molecules, logger } = this.deps;
    const begun = performance.now();
    const parts = { reader, molecules, fileOf: (digest: string) => artifacts.verified(digest) };
    const fit = await fitVersion(parts, version, pipeline, answer);
    await this.files.write(version, fit);
    const ms = Math.round(performance.now() - begun);
    logger.info({ version: version.ref, ms }, 'fitted what its data says of predictions');
    return fit;
  }
}

/** Whether a version carries data that predictions are judged by. */
export function hasReliabilityData({ attachments }: VersionRecord): boolean {
  return attachments.some(({ role }) => role === 'TRAINING' || role === 'CALIBRATION');
}
