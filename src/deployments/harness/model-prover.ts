import type { VersionRecord } from '../../catalog/index.js';
import { defaultInputs } from '../../tensors/index.js';
import { type LoadedModel, REMOTE_ROWS } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import { withinLimit } from '../../platform/within-limit.js';
import type { BatchingSettings } from '../records.js';
import { batchingOf, type Batching } from '../rows/batching.js';
import type { RowProofs } from '../rows/row-proofs.js';
import { tryRows } from '../rows/row-trials.js';
import { mayRunTogether, verdictOf, type RowVerdict, type TrialOutcome } from '../rows/row-verdict.js';
import type { WarmUp } from './warm-up.js';

const WARM_UP_LIMIT_MS = 120_000;
const MAX_VERDICTS = 5_000;

/** What a model has shown before it serves. */
export interface Preparation {
  readonly batching: Batching;
  /** For the operator; null when there is nothing to say. */
  readonly note: string | null;
}

/** Runs a model before anyone else does: warms it up, and tries whether its rows are as independent as is said. */
export class ModelProver {
  private readonly verdicts = new Map<string, RowVerdict>();

  constructor(
    private readonly warmUp: WarmUp,
    private readonly proofs: RowProofs,
  ) {}

  /**
   * @param known what the same version has shown with the same settings before; it is only warmed up then
   * @throws DomainError UNSUPPORTED_MODEL when it never ends, UNAVAILABLE when its runner ended
   */
  async prepare(
    model: LoadedModel,
    version: VersionRecord,
    settings: BatchingSettings,
    known: Preparation | null,
  ): Promise<Preparation> {
    const preparation = await withinLimit(
      this.run(model, version, settings, known),
      WARM_UP_LIMIT_MS,
      endless,
    );
    // It may read all the data that a version carries, which takes its time and is no fault of the graph's.
    if (known === null) await this.warmUp.pipeline(model, version);
    return preparation;
  }

  private async run(
    model: LoadedModel,
    version: VersionRecord,
    settings: BatchingSettings,
    known: Preparation | null,
  ): Promise<Preparation> {
    const refusal = await this.warmUp.model(model, version);
    if (known) return known;
    const batching = await this.batching(model, version, settings);
    const note = refusal === null ? null : `Ready, but not warmed up: it refused made-up inputs (${refusal})`;
    return { batching, note };
  }

  /**
   * What is known of the rows of a version that is loaded without a deployment. Found once for each version.
   *
   * @throws DomainError as `prepare`
   */
  async rows(model: LoadedModel, version: VersionRecord): Promise<RowVerdict> {
    const known = this.verdicts.get(version.id);
    if (known) return known;
    const { verdict } = await withinLimit(this.tried(model, version), WARM_UP_LIMIT_MS, endless);
    if (this.verdicts.size >= MAX_VERDICTS) this.verdicts.clear();
    this.verdicts.set(version.id, verdict);
    return verdict;
  }

  private async batching(
    model: LoadedModel,
    version: VersionRecord,
    settings: BatchingSettings,
  ): Promise<Batching> {
    const { verdict, trials } = await this.tried(model, version);
    return batchingOf(verdict, trials, version.signature, settings);
  }

  /** Rows that nothing says are independent need not be tried: they never run together. */
  private async tried(
    model: LoadedModel,
    { artifactDigest: digest, rewrites, declaresRowsIndependent: declared, signature }: VersionRecord,
  ): Promise<{ readonly verdict: RowVerdict; readonly trials: TrialOutcome | null }> {
    const proof = model.isRemote
      ? REMOTE_ROWS
      : await this.proofs.of({ digest, rewrites }, defaultInputs(signature));
    const isWorthTrying = mayRunTogether(verdictOf(proof, declared, null));
    const trials = isWorthTrying ? await tryRows(model, signature, proof) : null;
    return { verdict: verdictOf(proof, declared, trials), trials };
  }
}

function endless(): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the warm-up on made-up inputs to end within ${WARM_UP_LIMIT_MS / 1000} s, got no answer: the graph may loop for ever.`,
  );
}
