import type { CatalogService } from '../../catalog/index.js';
import { ROW_RULES, type HeldInput, type RowProof, type RowProver } from '../../onnx/index.js';
import type { Logger } from '../../platform/logging.js';
import type { GraphOrigin, RuntimeGraphs } from '../../runtime/index.js';

const MAX_REMEMBERED = 5_000;

/**
 * What the graphs of artifacts show about rows: as it was found when they were published, or, for those from before and
 * after a change of the rules, found now and kept.
 */
export class RowProofs {
  private readonly found = new Map<string, RowProof>();

  constructor(
    private readonly deps: {
      readonly catalog: Pick<CatalogService, 'artifactsByDigests' | 'keepRowProof'>;
      readonly graphs: Pick<RuntimeGraphs, 'open'>;
      readonly prover: RowProver;
      readonly logger: Logger;
    },
  ) {}

  /** Never fails: what cannot be looked at is not proven, this time. */
  async of(origin: GraphOrigin, held: readonly HeldInput[] = []): Promise<RowProof> {
    const { digest } = origin;
    const known = this.found.get(digest);
    if (known) return known;
    try {
      const proof = (await this.stored(digest)) ?? (await this.made(origin, held));
      if (this.found.size >= MAX_REMEMBERED) this.found.clear();
      this.found.set(digest, proof);
      return proof;
    } catch (error) {
      this.deps.logger.warn({ err: error, digest }, 'rows could not be followed through a graph');
      return { rules: ROW_RULES, proven: false, reason: 'The graph could not be looked at', tables: {} };
    }
  }

  private async stored(digest: string): Promise<RowProof | null> {
    // With the database away there is still the file.
    const [artifact] = await this.deps.catalog.artifactsByDigests([digest]).catch(() => []);
    return artifact?.rowProof?.rules === ROW_RULES ? artifact.rowProof : null;
  }

  private async made(origin: GraphOrigin, held: readonly HeldInput[]): Promise<RowProof> {
    const { graphs, catalog, logger, prover } = this.deps;
    const { digest } = origin;
    const { model } = await (await graphs.open(origin)).files();
    const proof = await prover.prove(model, held);
    await catalog
      .keepRowProof(digest, proof)
      .catch((error: unknown) => logger.warn({ err: error, digest }, 'a row proof could not be kept'));
    return proof;
  }
}
