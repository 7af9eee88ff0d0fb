import { setTimeout as delay } from 'node:timers/promises';
import type { RunningJob } from '../../jobs/index.js';
import { backoffMs } from '../../platform/backoff.js';
import type { RowErrorNote } from '../../pipelines/index.js';
import { DomainError, type ErrorCode } from '../../platform/errors.js';
import type { IdentifiedPrediction, PredictionService } from '../../predictions/index.js';
import type { AskedRow } from './asked-rows.js';

/** What became of a row. */
export interface AnsweredRow {
  readonly asked: AskedRow;
  /** Null for a row that could not be asked about. */
  readonly prediction: IdentifiedPrediction | null;
}

/** Who answers a whole file. */
export interface Answerer {
  /** The deployment that was asked for; null when a version was. */
  readonly deployment: string | null;
  /** The ref of the one version that answers. */
  readonly version: string;
  /** Of the intervals; the default where it is null. */
  readonly level: number | null;
}

/** The deployment serves the version no more; the version itself is still to be had. */
const MOVED_ON: ReadonlySet<ErrorCode> = new Set([
  'DEPLOYMENT_NOT_FOUND',
  'DEPLOYMENT_NOT_READY',
  'VERSION_NOT_SERVED',
]);
/** What is likely to pass. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'OVERLOADED', 'DEADLINE_EXCEEDED']);
/** What the graph makes of rows: of one of several it need not concern the others. */
const OF_A_RUN: ReadonlySet<ErrorCode> = new Set(['RUN_FAILED', 'RUN_TOO_LONG', 'MODEL_OUT_OF_MEMORY']);
const REQUEST_MS = 120_000;
const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 10_000;
/** A model that cannot be had for so long is not coming back by itself. */
const GIVE_UP_MS = 5 * 60_000;

/**
 * Asks one version about rows behind everybody else, and again while it cannot be had. The deployment's own arms answer as
 * long as they serve the version, the version by itself after that.
 */
export class Answering {
  private isAlone = false;

  constructor(
    private readonly predictions: Pick<PredictionService, 'predict' | 'whenIdle'>,
    private readonly answerer: Answerer,
    private readonly job: Pick<RunningJob, 'id' | 'actor' | 'signal' | 'log'>,
    private readonly giveUpMs = GIVE_UP_MS,
  ) {}

  /** Between rows: see PredictionService. */
  whenIdle(): Promise<void> {
    return this.predictions.whenIdle();
  }

  /** @throws DomainError what cannot be put right by waiting; DEADLINE_EXCEEDED after some minutes; the job's signal's reason */
  async answer(rows: readonly AskedRow[]): Promise<AnsweredRow[]> {
    const instances = rows.filter(({ fault }) => fault === null).map(({ instance }) => instance);
    const answers = instances.length === 0 ? [] : await this.patiently(instances);
    let next = 0;
    return rows.map((asked) => ({
      asked,
      prediction: asked.fault === null ? (answers[next++] ?? null) : null,
    }));
  }

  private async patiently(instances: readonly unknown[]): Promise<readonly IdentifiedPrediction[]> {
    const { signal } = this.job;
    const until = performance.now() + this.giveUpMs;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const isOfDeployment = this.answerer.deployment !== null && !this.isAlone;
      try {
        return await this.ask(instances);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DomainError)) throw error;
        if (isOfDeployment && MOVED_ON.has(error.code)) {
          // Several are asked at once: the others find it out by themselves.
          if (!this.isAlone)
            this.job.log(`${error.message} ${this.answerer.version} answers the rest by itself.`);
          this.isAlone = true;
          continue;
        }
        if (OF_A_RUN.has(error.code)) return this.inHalves(instances, error);
        if (!PASSING.has(error.code)) throw error;
        if (performance.now() > until)
          throw new DomainError(
            'DEADLINE_EXCEEDED',
            `${this.answerer.version} could not be had for ${Math.round(this.giveUpMs / 60_000)} minutes, so the job was given up: ${error.message}`,
            { cause: error },
          );
        if (attempt === 1) this.job.log(`Waiting for ${this.answerer.version}: ${error.message}`);
      }
      await delay(backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS), undefined, {
        signal,
        ref: false,
      }).catch(() => undefined);
    }
  }

  /** A row that ends the model's process, or that the graph refuses, is found and fails alone. */
  private async inHalves(
    instances: readonly unknown[],
    { code, message }: DomainError,
  ): Promise<readonly IdentifiedPrediction[]> {
    if (instances.length === 1) {
      const error = { code: code as RowErrorNote['code'], message };
      return [
        {
          value: null,
          unit: null,
          results: [],
          warnings: [],
          error,
          id: '',
          molecule: undefined,
          verdict: () => null,
        },
      ];
    }
    const middle = instances.length >> 1;
    return [
      ...(await this.patiently(instances.slice(0, middle))),
      ...(await this.patiently(instances.slice(middle))),
    ];
  }

  private async ask(instances: readonly unknown[]): Promise<readonly IdentifiedPrediction[]> {
    const { deployment, version, level } = this.answerer;
    const { actor, id, signal } = this.job;
    const target = deployment === null || this.isAlone ? { version } : { deployment, pin: version };
    const { predictions } = await this.predictions.predict(
      { actor, requestId: id },
      {
        ...target,
        ...(level !== null && { level }),
        instances,
        priority: 'BACKGROUND',
        deadlineMs: REQUEST_MS,
        signal,
      },
    );
    return predictions;
  }
}
