import { randomUUID } from 'node:crypto';
import type { VersionRecord } from '../../../../src/catalog/index.js';
import { DEFAULT_SETTINGS, type DeploymentRecord, type Occupancy } from '../../../../src/deployments/index.js';
import type { AnsweredRequest, FailedRequest } from '../../../../src/inference/index.js';
import { MetricsService } from '../../../../src/monitoring/index.js';
import type { Database } from '../../../../src/platform/database/index.js';
import { createLogger } from '../../../../src/platform/logging.js';
import type { TestTime } from './test-time.js';

export interface Asked {
  readonly deployment: string;
  /** 0: none was found. */
  readonly version: number;
  readonly ms: number;
  readonly rows: number;
  readonly code: string | null;
  readonly cacheHit: boolean;
}

/** A request, and in which second it ended. */
export interface Remembered extends Asked {
  readonly second: number;
}

const NOTHING: Occupancy = { requests: 0, memoryBytes: null, processIds: [] };
const caller = { actor: 'test', requestId: 'test' };

/** The metrics of a server whose requests, deployments and time are the test's. */
export class MeasuredServer {
  readonly remembered: Remembered[] = [];
  readonly held = new Map<string, Occupancy>();
  metrics: MetricsService;
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly database: Database,
    readonly time: TestTime,
    deployments: readonly string[],
    private readonly days = 90,
  ) {
    for (const name of deployments) this.ids.set(name, randomUUID());
    this.metrics = this.made();
  }

  start(): Promise<void> {
    return this.metrics.start();
  }

  ask(asked: Asked): void {
    this.metrics.requestEnded(this.outcome(asked));
    const second = Math.floor(this.time.wall() / 1_000);
    this.remembered.push({ ...asked, second });
  }

  /** Lets time pass, second by second. */
  seconds(count: number): void {
    for (let second = 0; second < count; second += 1) {
      this.time.pass(1_000);
      this.metrics.tick();
    }
  }

  /** Lets much time pass at once, as when nothing happens. */
  leap(seconds: number): void {
    this.time.pass(seconds * 1_000);
    this.metrics.tick();
  }

  /** The process ends in order, or just ends, and another one begins. */
  async restart(inOrder: boolean): Promise<void> {
    if (inOrder) await this.metrics.close();
    this.metrics = this.made();
    await this.metrics.start();
  }

  versionIn(deployment: string, number: number): { id: string; number: number; modelName: string } {
    return { id: `${this.idOf(deployment)}/${number}`, number, modelName: `model of ${deployment}` };
  }

  idOf(deployment: string): string {
    return this.ids.get(deployment) ?? '';
  }

  private outcome(asked: Asked): AnsweredRequest | FailedRequest {
    const { deployment: name, version: number, ms, rows, code, cacheHit } = asked;
    const version = this.versionIn(name, number) as unknown as VersionRecord;
    const deployment = { id: this.idOf(name), name };
    const ended = { caller, operation: 'infer' as const, at: this.time.wall(), totalMs: ms };
    if (code !== null || number === 0)
      return {
        ...ended,
        ok: false,
        target: number === 0 ? null : { deployment, version },
        requested: { deployment: name, version: null },
        code: code ?? 'OVERLOADED',
      };
    return {
      ...ended,
      ok: true,
      target: { deployment, version },
      rows,
      batchRows: cacheHit ? 0 : rows,
      executions: cacheHit ? 0 : 1,
      cacheHit,
      phases: { queueMs: ms / 2, preprocessMs: ms / 8, runMs: ms / 4, postprocessMs: ms / 8 },
      asked: () => ({ operation: 'INFER', inputs: [] }),
      value: [],
      quantities: null,
      instances: null,
      key: '',
      settings: DEFAULT_SETTINGS,
    };
  }

  private made(): MetricsService {
    const records = [...this.ids].map(([name, id]) => ({ name, id }) as DeploymentRecord);
    return new MetricsService({
      database: this.database,
      deployments: {
        page: ({ after }) => Promise.resolve(after ? [] : records),
        occupancy: (name) => this.held.get(name) ?? NOTHING,
      },
      events: { onCommitted: () => undefined, onMissed: () => undefined },
      logger: createLogger('silent'),
      days: this.days,
      time: this.time,
    });
  }
}
