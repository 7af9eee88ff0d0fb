import type { VersionRecord } from '../catalog/index.js';
import type { Logger } from '../platform/logging.js';
import { DEFAULT_SETTINGS } from './default-settings.js';
import type { ModelLoader } from './model-loader.js';
import { Serving, type ModelHandle } from './serving.js';

const MAX_LOADED = 8;
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 60_000;

/**
 * Versions that are called without a deployment: loaded by the first call, shared by those that come meanwhile,
 * unloaded when idle or when more than a few others are wanted.
 */
export class OnDemandModels {
  private readonly loaded = new Map<string, Promise<Serving>>();
  private readonly sweep: NodeJS.Timeout;

  constructor(
    private readonly loader: ModelLoader,
    private readonly logger: Logger,
  ) {
    this.sweep = setInterval(
      () => this.unload((serving) => Date.now() - serving.lastUsed > IDLE_MS),
      SWEEP_MS,
    );
    this.sweep.unref();
  }

  async acquire(version: VersionRecord): Promise<ModelHandle> {
    let loading = this.loaded.get(version.id);
    if (!loading) {
      loading = this.load(version);
      this.loaded.set(version.id, loading);
      // A failed load is tried anew by the next caller.
      loading.catch(() => this.loaded.delete(version.id));
    }
    const handle = (await loading).acquire();
    // Most recently used last: the map's order is the order of eviction.
    if (this.loaded.delete(version.id)) this.loaded.set(version.id, loading);
    if (this.loaded.size > MAX_LOADED) await this.evictOldest();
    return handle;
  }

  async close(): Promise<void> {
    clearInterval(this.sweep);
    const servings = await Promise.allSettled([...this.loaded.values()]);
    this.loaded.clear();
    await Promise.all(
      servings.map(async (result) => {
        if (result.status === 'fulfilled') await result.value.drain();
      }),
    );
  }

  private async load(version: VersionRecord): Promise<Serving> {
    const model = await this.loader.load(version, DEFAULT_SETTINGS.runtime);
    const serving = new Serving(
      version,
      null,
      model,
      { enabled: false, reason: 'Loaded on demand' },
      DEFAULT_SETTINGS,
    );
    void model.failed.then(() => this.loaded.delete(version.id));
    this.logger.info({ version: version.ref, loadMs: Math.round(model.loadMs) }, 'loaded on demand');
    return serving;
  }

  private async evictOldest(): Promise<void> {
    for (const [id, loading] of this.loaded) {
      const serving = await loading.catch(() => null);
      if (!serving || serving.busy) continue;
      this.remove(id, serving);
      return;
    }
  }

  private unload(condition: (serving: Serving) => boolean): void {
    for (const [id, loading] of this.loaded) {
      loading.then(
        (serving) => {
          if (!serving.busy && condition(serving)) this.remove(id, serving);
        },
        () => undefined,
      );
    }
  }

  private remove(id: string, serving: Serving): void {
    this.loaded.delete(id);
    serving
      .drain()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'a model could not be unloaded'));
  }
}
