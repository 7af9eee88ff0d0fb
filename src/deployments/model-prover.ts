import type { VersionRecord } from '../catalog/index.js';
import type { LoadedModel } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';
import { withinLimit } from '../platform/within-limit.js';
import { proveBatching, type Batching } from './batch-proof.js';
import type { BatchingSettings } from './records.js';
import { warmUp } from './warm-up.js';

const WARM_UP_LIMIT_MS = 120_000;

/** What a model has shown before it serves. */
export interface Preparation {
  readonly batching: Batching;
  /** For the operator; null when there is nothing to say. */
  readonly note: string | null;
}

/** Runs a model on made-up inputs before anyone else does. */
export class ModelProver {
  constructor(private readonly warmUpPipeline: (version: VersionRecord) => Promise<void>) {}

  /**
   * @param known what the same version has shown with the same settings before; it is only warmed up then
   * @throws DomainError UNSUPPORTED_MODEL when it never ends, UNAVAILABLE when its runner ended
   */
  prepare(
    model: LoadedModel,
    version: VersionRecord,
    settings: BatchingSettings,
    known: Preparation | null,
  ): Promise<Preparation> {
    return withinLimit(this.run(model, version, settings, known), WARM_UP_LIMIT_MS, endless);
  }

  private async run(
    model: LoadedModel,
    version: VersionRecord,
    settings: BatchingSettings,
    known: Preparation | null,
  ): Promise<Preparation> {
    const refusal = await warmUp(model, version.signature);
    if (known) return known;
    const batching = settings.enabled
      ? limited(await proveBatching(model, version.signature), settings)
      : { enabled: false as const, reason: 'Turned off by batching.enabled' };
    await this.warmUpPipeline(version);
    const note = refusal === null ? null : `Ready, but not warmed up: it refused made-up inputs (${refusal})`;
    return { batching, note };
  }
}

function limited(proof: Batching, { maxBatchSize }: BatchingSettings): Batching {
  return proof.enabled ? { ...proof, maxBatchSize } : proof;
}

function endless(): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the warm-up on made-up inputs to end within ${WARM_UP_LIMIT_MS / 1000} s, got no answer: the graph may loop for ever.`,
  );
}
