import { backoffMs } from '../../../platform/backoff.js';
import type { EventLog } from '../../../platform/events/index.js';
import type { Logger } from '../../../platform/logging.js';
import type { SecretsFile } from '../../../platform/secrets-file.js';
import { deliveryFailed } from '../alert-events.js';
import type { DeliveryStore, DueDelivery } from './delivery-store.js';
import type { WebhookAnswer, WebhookSender } from './webhook-sender.js';

/** Calls under way at a time, each to another origin. */
const MAX_CALLS = 32;
const MAX_ATTEMPTS = 10;
/** 5 s, doubled each time: the last of ten attempts comes three quarters of an hour after the first. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 3_600_000;
/** While the database does not answer. */
const DATABASE_RETRY_MS = 5_000;
/** A timer knows no more. */
const LONGEST_WAIT_MS = 3_600_000;

export interface WorkerParts {
  readonly deliveries: DeliveryStore;
  readonly sender: WebhookSender;
  readonly secrets: Pick<SecretsFile, 'find'>;
  readonly events: Pick<EventLog, 'transaction'>;
  readonly logger: Logger;
  /** Before the second attempt; for tests. */
  readonly firstRetryMs?: number | undefined;
}

/**
 * Makes the calls that wait in the database: one at a time for each origin, so that one that hangs holds up only its own,
 * and each until it is answered or has been tried ten times. A receiver may get a call twice, when this process ends
 * between the answer and writing it down.
 */
export class DeliveryWorker {
  /** Origins with a call under way. */
  private readonly busy = new Map<string, Promise<void>>();
  private readonly closed = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private picking: Promise<void> | null = null;
  private again = false;

  constructor(private readonly parts: WorkerParts) {}

  /** There may be calls to make. */
  wake(): void {
    if (this.closed.signal.aborted) return;
    if (this.picking) {
      this.again = true;
      return;
    }
    this.picking = this.pick().finally(() => {
      this.picking = null;
      if (this.again) {
        this.again = false;
        this.wake();
      }
    });
  }

  /** Cuts the calls under way: they are made again after the next start. */
  async close(): Promise<void> {
    this.closed.abort();
    if (this.timer) clearTimeout(this.timer);
    await this.picking;
    await Promise.all(this.busy.values());
  }

  private async pick(): Promise<void> {
    const { deliveries, logger } = this.parts;
    try {
      const free = MAX_CALLS - this.busy.size;
      const due = free > 0 ? await deliveries.due(new Date(), [...this.busy.keys()], free) : [];
      for (const delivery of due) this.start(delivery);
      // What ends wakes the worker; only what waits for its time needs a timer.
      const next = await deliveries.nextDueAt([...this.busy.keys()]);
      if (next && this.busy.size < MAX_CALLS) this.wakeIn(next.getTime() - Date.now());
    } catch (error) {
      if (this.closed.signal.aborted) return;
      logger.warn({ err: error }, 'calls of webhooks could not be read; trying again');
      this.wakeIn(DATABASE_RETRY_MS);
    }
  }

  private wakeIn(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.closed.signal.aborted) return;
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(0, ms), LONGEST_WAIT_MS)).unref();
  }

  private start(delivery: DueDelivery): void {
    const { origin } = delivery;
    const call = this.attempt(delivery)
      .catch((error: unknown) => {
        // Not written down, so it is due still.
        this.parts.logger.warn(
          { err: error, host: hostOf(delivery) },
          'the end of a call could not be written',
        );
        return DATABASE_RETRY_MS;
      })
      .then((restMs) => this.rest(restMs))
      .finally(() => {
        this.busy.delete(origin);
        this.wake();
      });
    this.busy.set(origin, call);
  }

  /** @returns how long its origin is left alone, in milliseconds */
  private async attempt(delivery: DueDelivery): Promise<number> {
    const { deliveries, logger } = this.parts;
    const { id, ruleName } = delivery;
    const answer = await this.call(delivery);
    // What was cut by the end of this process did not fail.
    if (this.closed.signal.aborted && !answer.ok) return 0;
    const attempts = delivery.attempts + 1;
    if (answer.ok) {
      await deliveries.delivered(id, attempts);
      return 0;
    }
    const { problem, retryAfterMs } = answer;
    if (answer.final || attempts >= MAX_ATTEMPTS) {
      const failure = { ruleName, host: hostOf(delivery), attempts, problem };
      logger.warn(failure, 'a webhook could not be told');
      await this.parts.events.transaction(async (tx) => {
        await deliveries.failed(tx, id, { attempts, problem });
        return { result: undefined, events: [deliveryFailed(failure)] };
      });
      return 0;
    }
    const { firstRetryMs = FIRST_RETRY_MS } = this.parts;
    const waitMs = Math.max(retryAfterMs ?? 0, backoffMs(attempts, firstRetryMs, LONGEST_RETRY_MS));
    await deliveries.retry(id, { attempts, problem, nextAttemptAt: new Date(Date.now() + waitMs) });
    return 0;
  }

  private async call({ id, url, body, secret: name }: DueDelivery): Promise<WebhookAnswer> {
    const failed = (problem: string) => ({ ok: false, final: false, problem, retryAfterMs: null }) as const;
    try {
      const secret = await this.parts.secrets.find(name);
      if (secret === null) return failed(`there is no secret ${name} in RETORT_SECRETS_FILE`);
      return await this.parts.sender.send({ id, url, body, secret }, this.closed.signal);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.closed;
      if (ms === 0 || signal.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, ms).unref();
      const leave = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

/** What may be said of where it goes: the rest of an address may hold a token. */
function hostOf({ url }: { readonly url: string }): string {
  return new URL(url).host;
}
