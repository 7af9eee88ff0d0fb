import type { ModelHandle, RecordingSettings } from '../deployments/index.js';
import type { Database } from '../platform/database/index.js';
import type { Logger } from '../platform/logging.js';
import type { TellAsked } from './asked.js';
import { RecordedRequestStore, type NewRequest } from './recorded-request-store.js';
import { requestText } from './request-content.js';

/** Requests are written together, this long after the first of them. */
const FLUSH_DELAY_MS = 1_000;
/** Taken of one deployment between two writings: a ring that turned faster would only cost more. */
const MAX_TAKEN = 50;
/** Of all deployments, between two writings. */
const MAX_PENDING_BYTES = 4 * 1_024 * 1_024;

/** What one deployment's requests wait for. */
interface Pending {
  readonly settings: RecordingSettings;
  taken: number;
  readonly requests: NewRequest[];
}

/**
 * Keeps some of the requests of deployments that record. A request never waits for it, fails of it, or is kept
 * while it runs: what cannot be written is dropped, since other requests will come.
 */
export class RequestRecorder {
  private readonly store: RecordedRequestStore;
  private readonly pending = new Map<string, Pending>();
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private away = false;
  private closed = false;

  constructor(
    database: Database,
    private readonly logger: Logger,
    /** From 0 to 1; for tests. */
    private readonly random: () => number = Math.random,
  ) {
    this.store = new RecordedRequestStore(database);
  }

  /** Called for every request that was answered. @param rows how many there were */
  answered({ deployment, version, settings }: ModelHandle, rows: number, tell: TellAsked): void {
    const { recording } = settings;
    if (recording === null || deployment === null || this.closed) return;
    if (recording.sampleRate < 1 && this.random() >= recording.sampleRate) return;
    const pending = this.pendingOf(deployment.id, recording);
    if (pending.taken >= MAX_TAKEN) return;
    pending.taken += 1;
    const at = new Date();
    // After the answer is on its way.
    setImmediate(() => {
      try {
        this.take(pending, { versionId: version.id, rows, at }, tell);
      } catch (error) {
        this.logger.warn({ err: error, deployment: deployment.name }, 'a request could not be recorded');
      }
    });
  }

  /** Writes what was taken so far. */
  async close(): Promise<void> {
    this.closed = true;
    await new Promise((resolve) => setImmediate(resolve));
    await this.writing;
    this.flush();
    await this.writing;
    if (this.timer) clearTimeout(this.timer);
  }

  private pendingOf(deploymentId: string, settings: RecordingSettings): Pending {
    const known = this.pending.get(deploymentId);
    if (known?.settings === settings) return known;
    // A new revision has settings of its own; what the one before took is written with it.
    const pending = { settings, taken: known?.taken ?? 0, requests: known?.requests ?? [] };
    this.pending.set(deploymentId, pending);
    this.schedule();
    return pending;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.flush();
    }, FLUSH_DELAY_MS).unref();
  }

  private take(
    { settings, requests }: Pending,
    request: Pick<NewRequest, 'versionId' | 'rows' | 'at'>,
    tell: TellAsked,
  ): void {
    const asked = tell();
    const rows = asked.operation === 'PREDICT' ? asked.instances.length : request.rows;
    if (rows === 0) return;
    const text = requestText(
      asked,
      Math.min(settings.maxRequestBytes, MAX_PENDING_BYTES - this.pendingBytes),
    );
    if (text === null) return;
    this.pendingBytes += Buffer.byteLength(text);
    requests.push({ ...request, rows, operation: asked.operation, text });
  }

  /** One writing at a time: while the database is slow, or away, no more is taken than fits one. */
  private flush(): void {
    if (this.writing) return;
    const batches = [...this.pending];
    this.pending.clear();
    this.pendingBytes = 0;
    this.writing = this.write(batches).finally(() => {
      this.writing = null;
      if (this.pending.size > 0) this.schedule();
    });
  }

  private async write(batches: readonly (readonly [string, Pending])[]): Promise<void> {
    for (const [deploymentId, { requests, settings }] of batches) {
      if (requests.length === 0) continue;
      try {
        await this.store.add(deploymentId, requests, settings);
        this.away = false;
      } catch (error) {
        // Once, not every second while it lasts.
        if (!this.away)
          this.logger.warn({ err: error, requests: requests.length }, 'requests were not recorded');
        this.away = true;
      }
    }
  }
}
