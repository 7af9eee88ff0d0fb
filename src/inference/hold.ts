import type { ModelHandle } from '../deployments/index.js';
import type { LoadedModel } from '../runtime/index.js';
import { isUserError } from '../platform/errors.js';
import type { Lifetime } from './deadline.js';
import type { ModelQueue } from './model-queue.js';

/** The model that a request holds, which is another one after the first was lost. */
export class Hold {
  queue: ModelQueue;
  private handle: ModelHandle;
  private renewing: Promise<void> | null = null;
  private over = false;

  constructor(
    handle: ModelHandle,
    private readonly deps: {
      readonly queueOf: (handle: ModelHandle) => ModelQueue;
      /** Waits for what takes the place of the handle's model. */
      readonly acquire: (lost: ModelHandle, lifetime: Lifetime) => Promise<ModelHandle>;
    },
  ) {
    this.handle = handle;
    this.queue = deps.queueOf(handle);
  }

  get model(): LoadedModel {
    return this.handle.model;
  }

  /**
   * Requests that held the same model wait together for the next.
   *
   * @param loss what is thrown when nothing takes its place
   */
  async renew(lost: LoadedModel, lifetime: Lifetime, loss: unknown): Promise<void> {
    if (this.handle.model !== lost) return;
    this.renewing ??= this.exchange(lifetime, loss).finally(() => (this.renewing = null));
    await this.renewing;
  }

  /** The model is not asked any more, unless others wait for what this request asked first. */
  release(): void {
    this.over = true;
    this.handle.release();
  }

  private async exchange(lifetime: Lifetime, loss: unknown): Promise<void> {
    const { handle } = this;
    // Before the next is asked for: a request counts once for what a deployment lets in.
    handle.release();
    try {
      this.handle = await this.deps.acquire(handle, lifetime);
    } catch (error) {
      throw isUserError(error) ? loss : error;
    }
    this.queue = this.deps.queueOf(this.handle);
    // The caller has gone; requests that share its question hold the model themselves.
    if (this.over) this.handle.release();
  }
}
