import type { VersionRecord } from '../catalog/index.js';
import type { LoadedModel } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';
import type { Batching } from './batch-proof.js';
import type { DeploymentSettings } from './records.js';

/** More requests than this at once in one model are refused at once rather than kept waiting. */
const MAX_IN_FLIGHT = 1_024;

/** Short-lived right to run a model; must be released, whatever happens. */
export interface ModelHandle {
  readonly version: VersionRecord;
  /** Null when the version was loaded on demand. */
  readonly deployment: { readonly id: string; readonly name: string } | null;
  readonly model: LoadedModel;
  /** What the proof and the settings together allow. */
  readonly batching: Batching;
  readonly settings: DeploymentSettings;
  release(): void;
}

/**
 * A loaded version and who is using it. Invariant: the model is freed only after the last handle was released, so
 * that no request ever meets a freed session.
 */
export class Serving {
  private inFlight = 0;
  private idle: (() => void) | null = null;
  private draining: Promise<void> | null = null;
  lastUsed = Date.now();

  constructor(
    readonly version: VersionRecord,
    readonly deployment: { readonly id: string; readonly name: string } | null,
    readonly model: LoadedModel,
    readonly batching: Batching,
    readonly settings: DeploymentSettings,
  ) {}

  get busy(): boolean {
    return this.inFlight > 0;
  }

  acquire(): ModelHandle {
    if (this.inFlight >= MAX_IN_FLIGHT) {
      throw new DomainError(
        'OVERLOADED',
        `${this.version.ref} is answering ${MAX_IN_FLIGHT} requests already. Try again in a moment.`,
      );
    }
    this.inFlight += 1;
    let released = false;
    return {
      version: this.version,
      deployment: this.deployment,
      model: this.model,
      batching: this.batching,
      settings: this.settings,
      release: () => {
        if (released) return;
        released = true;
        this.lastUsed = Date.now();
        this.inFlight -= 1;
        if (this.inFlight === 0) this.idle?.();
      },
    };
  }

  /** Waits for the requests that are running, then frees the model. */
  drain(): Promise<void> {
    this.draining ??= (async () => {
      if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      await this.model.release();
    })();
    return this.draining;
  }
}
