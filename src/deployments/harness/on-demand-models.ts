import type { VersionRecord } from '../../catalog/index.js';
import { RunnerLost } from '../../runtime/index.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Logger } from '../../platform/logging.js';
import type { AbortSignalLike } from '../../platform/until-aborted.js';
import { Admission } from '../routing/admission.js';
import { Backoff } from '../backoff.js';
import { DEFAULT_SETTINGS } from '../settings/default-settings.js';
import { modelUnloaded, runnerLost, type Running } from '../deployment-events.js';
import { loadFailure } from './load-failure.js';
import type { ModelLoader } from './model-loader.js';
import type { ModelProver } from './model-prover.js';
import type { DeploymentSettings } from '../records.js';
import type { ModelHandle } from '../routing/model-handle.js';
import { Serving, type ProvenModel } from './serving.js';

const MAX_LOADED = 8;
const SETTINGS: DeploymentSettings = {
  ...DEFAULT_SETTINGS,
  limits: { ...DEFAULT_SETTINGS.limits, idleUnloadMs: 10 * 60_000 },
};

interface OnDemand {
  readonly serving: Serving;
  readonly admission: Admission;
  readonly backoff: Backoff;
  /** After a crash: not loaded again before, on the clock of performance.now(). */
  notBefore: number;
}

/**
 * Versions that are called without a deployment: loaded by the first call, shared by those that come meanwhile,
 * unloaded when idle, when more than a few others are wanted, or when another model needs the room.
 */
export class OnDemandModels {
  private readonly models = new Map<string, OnDemand>();

  constructor(
    private readonly loader: ModelLoader,
    private readonly prover: Pick<ModelProver, 'rows'>,
    private readonly events: EventLog,
    private readonly logger: Logger,
  ) {}

  async acquire(version: VersionRecord, signal: AbortSignalLike): Promise<ModelHandle> {
    const model = this.models.get(version.id) ?? this.add(version);
    // Most recently used last: the map's order is the order of eviction.
    this.models.delete(version.id);
    this.models.set(version.id, model);
    const leave = model.admission.enter(SETTINGS.limits.maxQueue);
    try {
      const handle = await model.serving.acquire(signal, leave);
      if (this.models.size > MAX_LOADED) this.evictOldest();
      return handle;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    const models = [...this.models.values()];
    this.models.clear();
    await Promise.all(models.map(({ serving }) => serving.drain()));
  }

  private add(version: VersionRecord): OnDemand {
    const running: Running = { deployment: null, revision: null, version };
    const forget = () => {
      if (this.models.get(version.id) === model) this.models.delete(version.id);
    };
    const crashed = () => {
      model.notBefore = performance.now() + model.backoff.failed();
    };
    const model: OnDemand = {
      admission: new Admission(version.ref),
      backoff: new Backoff(),
      notBefore: 0,
      serving: new Serving(version, null, SETTINGS, {
        load: () => this.load(model, running),
        onUnloaded: (reason, memoryBytes) => {
          forget();
          this.events.record(modelUnloaded(running, reason, memoryBytes));
        },
        onReloaded: ({ loadMs }) => {
          model.backoff.recovered();
          this.logger.info({ version: version.ref, loadMs: Math.round(loadMs) }, 'loaded on demand');
        },
        onLost: crashed,
        onLoadFailed: (error) => {
          if (loadFailure(error) instanceof RunnerLost) crashed();
          // Nothing is known of it: the next caller begins anew.
          else forget();
        },
      }),
    };
    return model;
  }

  private async load({ notBefore }: OnDemand, running: Running): Promise<ProvenModel> {
    const waitMs = notBefore - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    const placed = await this.loader.load(running.version, SETTINGS.runtime, {
      onRunnerLost: (loss) => this.events.record(runnerLost(running, loss)),
    });
    try {
      const rows = await this.prover.rows(placed.model, running.version);
      placed.model.warmedUp();
      return { ...placed, batching: { rows, enabled: false, reason: 'Loaded on demand' } };
    } catch (error) {
      // Not waited for: a run that never ends would hold it for ever.
      placed.model
        .release()
        .catch(() => undefined)
        .finally(() => placed.place.free());
      throw error;
    }
  }

  private evictOldest(): void {
    for (const [id, { serving }] of this.models) {
      if (serving.busy) continue;
      this.models.delete(id);
      // Out of the map before it is out of memory: a caller who comes meanwhile loads it anew.
      void serving.unload('MEMORY');
      return;
    }
  }
}
