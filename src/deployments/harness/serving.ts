import type { VersionRecord } from '../../catalog/index.js';
import type { LoadedModel } from '../../runtime/index.js';
import type { DomainError } from '../../platform/errors.js';
import { untilAborted, type AbortSignalLike } from '../../platform/until-aborted.js';
import type { Batching } from '../rows/batching.js';
import type { Resident } from './memory-budget.js';
import type { ModelHandle } from '../routing/model-handle.js';
import type { PlacedModel } from './model-loader.js';
import type { DeploymentSettings } from '../records.js';

export type UnloadReason = 'IDLE' | 'MEMORY';

/** A model in memory, and what it has shown about batching. */
export interface ProvenModel extends PlacedModel {
  readonly batching: Batching;
}

/** Whoever answers for the model hears what becomes of it. */
export interface ServingObserver {
  /** Brings the model into memory; called by the first request that finds it gone. */
  load(): Promise<ProvenModel>;
  onUnloaded(reason: UnloadReason, memoryBytes: number): void;
  onReloaded(model: LoadedModel): void;
  /** Its runner ended. The model is out of memory already; the next request would load it. */
  onLost(error: DomainError): void;
  /** What the requests that waited are told as well. */
  onLoadFailed(error: unknown): void;
}

/**
 * A version that is served, and who is using it. Its model is in memory, or comes back with the next request.
 * Invariant: a model is freed only while no handle is held, so that no request ever meets a freed session.
 */
export class Serving implements Resident {
  lastUsed = performance.now();
  private held = 0;
  private idle: (() => void) | null = null;
  private draining: Promise<void> | null = null;
  private loaded: ProvenModel | null = null;
  private loading: Promise<ProvenModel> | null = null;
  private unloading: Promise<void> = Promise.resolve();
  private idleTimer: NodeJS.Timeout | undefined;
  private lastBatching: Batching | null = null;

  constructor(
    readonly version: VersionRecord,
    readonly deployment: { readonly id: string; readonly name: string } | null,
    readonly settings: DeploymentSettings,
    private readonly observer: ServingObserver,
    loaded: ProvenModel | null = null,
  ) {
    if (loaded) this.hold(loaded);
  }

  get busy(): boolean {
    return this.held > 0;
  }

  /** Null while it is not in memory. */
  get model(): LoadedModel | null {
    return this.loaded?.model ?? null;
  }

  get memoryBytes(): number {
    return this.loaded?.model.memoryBytes ?? 0;
  }

  /** As it was found when the model was last in memory; null when it never was. */
  get batching(): Batching | null {
    return this.lastBatching;
  }

  /**
   * Waits for the model when it is not in memory; those who come meanwhile wait for the same load.
   *
   * @param onRelease called once when the handle is released
   * @throws DomainError what loading failed with, or the signal's reason.
   */
  async acquire(signal: AbortSignalLike, onRelease: () => void): Promise<ModelHandle> {
    // Counted from now on: what is waited for must not be taken away.
    this.held += 1;
    try {
      const loaded = this.loaded ?? (await untilAborted(this.bringBack(), signal));
      return this.handle(loaded, onRelease);
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  /** Takes the model out of memory until the next request. @returns false when it is in use. */
  async unload(reason: UnloadReason): Promise<boolean> {
    const { loaded } = this;
    if (this.busy || this.draining) return false;
    if (loaded) {
      const { memoryBytes } = loaded.model;
      // A runner that cannot free a model loses it with itself; the next load must not fail of it.
      this.unloading = this.release(loaded).catch(() => undefined);
      this.observer.onUnloaded(reason, memoryBytes);
    }
    await this.unloading;
    return true;
  }

  /** Waits for the requests that are running, then frees the model. */
  drain(): Promise<void> {
    this.draining ??= (async () => {
      if (this.held > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      await this.loading?.catch(() => undefined);
      await this.unloading;
      if (this.loaded) await this.release(this.loaded);
    })();
    return this.draining;
  }

  private handle({ model, batching }: ProvenModel, onRelease: () => void): ModelHandle {
    let released = false;
    return {
      version: this.version,
      deployment: this.deployment,
      model,
      batching,
      settings: this.settings,
      trial: null,
      release: () => {
        if (released) return;
        released = true;
        this.letGo();
        onRelease();
      },
    };
  }

  private letGo(): void {
    this.lastUsed = performance.now();
    this.held -= 1;
    if (this.held === 0) this.idle?.();
  }

  private bringBack(): Promise<ProvenModel> {
    this.loading ??= (async () => {
      try {
        await this.unloading;
        const loaded = await this.observer.load();
        this.hold(loaded);
        this.observer.onReloaded(loaded.model);
        return loaded;
      } catch (error) {
        this.observer.onLoadFailed(error);
        throw error;
      } finally {
        this.loading = null;
      }
    })();
    return this.loading;
  }

  private hold(loaded: ProvenModel): void {
    this.loaded = loaded;
    this.lastBatching = loaded.batching;
    this.lastUsed = performance.now();
    loaded.place.occupy(this);
    void loaded.model.failed.then((error) => {
      if (this.loaded !== loaded) return;
      this.release(loaded).catch(() => undefined);
      this.observer.onLost(error);
    });
    this.watchIdleness();
  }

  private async release({ model, place }: ProvenModel): Promise<void> {
    this.loaded = null;
    clearTimeout(this.idleTimer);
    try {
      await model.release();
    } finally {
      place.free();
    }
  }

  /** One timer that looks when the time may be over, instead of one that every request would set anew. */
  private watchIdleness(): void {
    const { idleUnloadMs } = this.settings.limits;
    if (idleUnloadMs === null) return;
    const look = () => {
      const left = this.busy ? idleUnloadMs : this.lastUsed + idleUnloadMs - performance.now();
      if (left > 0) this.idleTimer = setTimeout(look, Math.ceil(left)).unref();
      else void this.unload('IDLE');
    };
    this.idleTimer = setTimeout(look, idleUnloadMs).unref();
  }
}
