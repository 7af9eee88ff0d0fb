import { type CatalogService, type VersionRecord } from '../../catalog/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import type { Database } from '../../platform/database/index.js';
import type { EventLog } from '../../platform/events/index.js';
import type { PipelineRunner } from '../../predictions/index.js';
import type { Caller } from '../../security/index.js';
import type { Reference } from './reference.js';
import { ReferenceBuilder } from './reference-builder.js';
import type { ReferenceRequest, ReferenceRowFinder } from './reference-rows.js';
import { ReferenceStore } from './reference-store.js';
import { checkReason } from '../../platform/text/check-text.js';

/** Makes the distributions that live requests are held against. */
export class ReferenceService {
  private readonly store: ReferenceStore;

  constructor(
    private readonly deps: {
      readonly database: Database;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
      readonly runner: PipelineRunner;
      readonly rows: ReferenceRowFinder;
      /** Hears of each new reference once it is stored. */
      readonly onSet: (version: VersionRecord, reference: Reference) => void;
    },
  ) {
    this.store = new ReferenceStore(deps.database);
  }

  /**
   * Asks the version all rows and stores how what was asked, and answered, is distributed, in place of what was stored
   * before: what was counted against that goes with it.
   *
   * @throws DomainError MODEL_NOT_FOUND, VERSION_NOT_FOUND, INVALID_ARGUMENT, what finding the rows and loading the version
   * throw; the signal's reason
   */
  async set(
    caller: Caller,
    request: ReferenceRequest,
    signal: AbortSignal,
  ): Promise<{ version: VersionRecord; reference: Reference }> {
    const { catalog, deployments, events, rows, runner } = this.deps;
    const reason = checkReason(request.reason);
    const version = await catalog.resolveVersion(request.version);
    const found = await rows.find(request, version);
    const handle = await deployments.acquire({ version: version.ref }, signal);
    let built;
    try {
      built = await new ReferenceBuilder(handle, runner, signal).build(found.rows);
    } finally {
      handle.release();
    }
    const { source } = found;
    const reference = await events.transaction(async (tx) => {
      const stored = await this.store.replace(tx, {
        versionId: version.id,
        source,
        ...built,
        createdBy: caller.actor,
        reason,
      });
      const why = reason === null ? '' : `: ${reason}`;
      return {
        result: stored,
        events: [
          {
            kind: 'REFERENCE_DISTRIBUTION_SET',
            message: `${version.ref} got a reference distribution of ${built.rows} rows${why}`,
            actor: caller.actor,
            requestId: caller.requestId,
            model: { id: version.modelId, name: version.modelName },
            version: { id: version.id, number: version.number },
            data: { reason },
          },
        ],
      };
    });
    this.deps.onSet(version, reference);
    return { version, reference };
  }
}
