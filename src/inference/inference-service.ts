import type { VersionRecord } from '../catalog/index.js';
import type { DeploymentService, ModelHandle, OutputNumbers } from '../deployments/index.js';
import { decodeTensor, rowsOf, type RawTensor, type Tensor } from '../tensors/index.js';
import { type LoadedModel } from '../runtime/index.js';
import { DomainError } from '../platform/errors.js';
import { Foreground } from '../platform/foreground.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { requestFields, type Caller } from '../security/index.js';
import { Deadline, type Lifetime } from './deadline.js';
import { Hold } from './hold.js';
import { StatisticsCounter, type ModelStatistics } from './model-statistics.js';
import { queueFor, type ModelQueue } from './model-queue.js';
import { Account, HeldModel, type OpenModel } from './open-model.js';
import { OutcomeRecorder, type Operation, type Target } from './outcome-recorder.js';
import type { Priority } from './priority.js';
import { numbersOfTensors } from './output-numbers.js';
import type { RequestRecorder } from '../recording/index.js';
import type { OutcomeListener, RequestOutcome } from './request-outcome.js';
import { targetOf, type TargetRequest } from './request-target.js';
import { timingOf, type Timing } from './timing.js';
import { askOnTrial, type Answered, type Question } from './trial-run.js';

export interface InferRequest extends TargetRequest {
  readonly inputs: readonly RawTensor[];
  /** Names of the outputs wanted; all when left out. */
  readonly outputs?: readonly string[] | null | undefined;
}

/**
 * Turns what a model answered into what its caller gets. Work that takes long gives others their turns, and ends with
 * `until`, when the caller's time is over or the caller gone.
 *
 * @param key what `Steps.identify` made; empty where there is no such step
 */
export type Present<T, R> = (
  value: T,
  until: Lifetime,
  version: VersionRecord,
  key: string,
) => R | Promise<R>;

/** Requests that wait for their turn on one version. */
export interface PendingRequests {
  readonly deployment: string;
  readonly version: VersionRecord;
  readonly count: number;
}

/** What a request is, once it holds its model. */
export interface Steps<T, R> {
  /** Asks the model, and says how many rows the request was. */
  readonly work: (model: OpenModel) => Promise<Answered<T>>;
  readonly numbersOf: (value: T) => OutputNumbers;
  readonly present: Present<T, R>;
  /** Makes what the request is known by afterwards, of the id of the deployment that answered and the time. */
  readonly identify?: (deploymentId: string | null, at: number) => string;
}

/** Validates, runs, and tells what happened. Every way to a model leads through `withModel`. */
export class InferenceService {
  private readonly deployments: DeploymentService;
  private readonly outcomes: OutcomeRecorder;
  private readonly counter = new StatisticsCounter();
  private readonly logger: Logger;
  private readonly maxAnswerBytes: number;
  private readonly recorder: RequestRecorder;
  private readonly listeners: OutcomeListener[] = [];
  /** Requests but those of BACKGROUND. */
  readonly foreground = new Foreground();
  /** Of what is loaded; forgotten with it. */
  private readonly queues = new WeakMap<LoadedModel, ModelQueue>();

  constructor(deps: {
    readonly deployments: DeploymentService;
    readonly events: EventLog;
    readonly logger: Logger;
    /** The largest answer in bytes of tensors: a larger one would hold up, or end, the process that writes it. */
    readonly maxAnswerBytes: number;
    readonly recorder: RequestRecorder;
  }) {
    this.deployments = deps.deployments;
    this.outcomes = new OutcomeRecorder(deps.events);
    this.logger = deps.logger;
    this.maxAnswerBytes = deps.maxAnswerBytes;
    this.recorder = deps.recorder;
  }

  /** Calls `listener` with what became of each request, from now on. */
  onRequestEnded(listener: OutcomeListener): void {
    this.listeners.push(listener);
  }

  /**
   * Tensors in, tensors out, as `present` makes them within the request's deadline.
   *
   * @throws DomainError INVALID_TENSOR, INVALID_ARGUMENT, RUN_FAILED, DEADLINE_EXCEEDED, and what acquiring the model
   * throws (see DeploymentService.acquire).
   */
  async infer<R>(
    caller: Caller,
    request: InferRequest,
    present: Present<Tensor[], R>,
  ): Promise<{ outputs: R; version: VersionRecord; timing: Timing }> {
    const work = async (model: OpenModel): Promise<Answered<Tensor[]>> => {
      const inputs = request.inputs.map((raw, index) => decodeTensor(raw, ['inputs', String(index)]));
      const outputs = await model.infer(inputs, request.outputs ?? undefined);
      const asked = () => ({ operation: 'INFER', inputs: request.inputs }) as const;
      return { value: outputs, rows: rowsOf(inputs) ?? 1, asked };
    };
    const steps = { work, numbersOf: numbersOfTensors, present };
    const { result, version, timing } = await this.withModel(caller, 'infer', request, steps);
    return { outputs: result, version, timing };
  }

  /**
   * Holds the target's model while `work` runs, within the request's deadline, and records the outcome once the answer is
   * ready to be sent.
   */
  async withModel<T, R>(
    caller: Caller,
    operation: Operation,
    request: TargetRequest,
    { work, numbersOf, present, identify }: Steps<T, R>,
  ): Promise<{ result: R; version: VersionRecord; timing: Timing }> {
    const started = performance.now();
    const ended = request.priority === 'BACKGROUND' ? undefined : this.foreground.begin();
    let target: Target | null = null;
    let masks = false;
    let deadline: Deadline | null = null;
    try {
      const wanted = targetOf(request);
      deadline = new Deadline(request.deadlineMs, request.signal);
      const handle = await this.deployments.acquire(wanted, deadline);
      target = handle;
      masks = (handle.settings.predictionLog?.mask.length ?? 0) > 0;
      const waitedMs = performance.now() - started;
      const account = new Account();
      const priority = request.priority ?? 'NORMAL';
      let served = handle;
      let answered: Answered<T>;
      if (handle.trial === null) answered = await this.ask(handle, work, deadline, priority, account);
      else {
        const question: Question<T> = {
          // Only the caller's own questions are on the caller's account.
          ask: (asked, lifetime, urgency) =>
            this.ask(asked, work, lifetime, urgency ?? priority, urgency ? new Account() : account),
          numbersOf,
          lifetime: deadline,
          gone: () => request.signal?.aborted ?? false,
        };
        const outcome = await askOnTrial(question, handle, handle.trial);
        ({ answered, handle: served } = outcome);
        target = served;
      }
      const { value, rows, asked, quantities, instances } = answered;
      const key = identify ? identify(served.deployment?.id ?? null, Date.now()) : '';
      const presented = present(value, deadline, target.version, key);
      const result = presented instanceof Promise ? await deadline.race(presented) : presented;
      // Before the whole is measured, of which it is a part.
      const { outputMs } = account;
      const totalMs = performance.now() - started;
      const queueMs = waitedMs + Math.max(0, account.askedMs - account.inferMs);
      const { inferMs, cacheHit } = account;
      if (this.listeners.length > 0)
        this.tell({
          ok: true,
          caller,
          operation,
          target,
          at: Date.now(),
          totalMs,
          rows,
          batchRows: account.batchRows,
          executions: account.executions,
          cacheHit,
          phases: {
            queueMs,
            preprocessMs: account.inputMs ?? 0,
            runMs: inferMs,
            postprocessMs: account.inputMs === null ? 0 : outputMs,
          },
          asked,
          value,
          quantities: quantities ?? null,
          instances: instances ?? null,
          key,
          settings: served.settings,
        });
      this.outcomes.succeeded(caller, operation, target, { rows, totalMs, cacheHit });
      this.counter.succeeded(target, { account, rows, totalMs, queueMs, outputMs });
      this.recorder.answered(served, rows, asked);
      return {
        result,
        version: target.version,
        timing: timingOf({ queueMs, inferMs, totalMs, batchSize: account.batchRows || rows, cacheHit }),
      };
    } catch (error) {
      const totalMs = performance.now() - started;
      this.outcomes.failed(caller, operation, request, { target, masks }, error, totalMs);
      if (target) this.counter.failed(target, totalMs);
      this.tell({
        ok: false,
        caller,
        operation,
        target,
        at: Date.now(),
        totalMs,
        requested: { deployment: request.deployment ?? null, version: request.version ?? null },
        code: error instanceof DomainError ? error.code : 'INTERNAL',
      });
      if (!(error instanceof DomainError))
        this.logger.error({ err: error, ...requestFields(caller) }, `${operation} failed`);
      throw error;
    } finally {
      deadline?.clear();
      ended?.();
    }
  }

  /**
   * Holds the target's model for rows that the server makes up by itself, behind every request. Nobody is told of them: they
   * say nothing of what callers ask, and no candidate is tried by them.
   *
   * @throws DomainError as `withModel`
   */
  async aside<T>(request: TargetRequest, work: (model: OpenModel) => Promise<T>): Promise<T> {
    const deadline = new Deadline(request.deadlineMs, request.signal);
    try {
      const handle = await this.deployments.acquire(targetOf(request), deadline);
      return await this.ask(handle, work, deadline, 'BACKGROUND', new Account(), false);
    } finally {
      deadline.clear();
    }
  }

  private tell(outcome: RequestOutcome): void {
    for (const listener of this.listeners) listener(outcome);
  }

  private ask<T>(
    handle: ModelHandle,
    work: (model: OpenModel) => Promise<T>,
    lifetime: Lifetime,
    priority: Priority,
    account: Account,
    remembers = true,
  ): Promise<T> {
    const asker = { priority, lifetime };
    const hold = new Hold(handle, this.holding);
    const { version, settings } = handle;
    const about = { version, rows: handle.batching.rows, outOfDomain: settings.outOfDomain };
    const model = new HeldModel(about, hold, asker, account, this.maxAnswerBytes, remembers);
    return lifetime.race(work(model), () => hold.release());
  }

  /** Only the same version answers a request that was let in for it. */
  private readonly holding = {
    queueOf: (handle: ModelHandle) => this.queueOf(handle),
    acquire: ({ deployment, version }: ModelHandle, lifetime: Lifetime) =>
      this.deployments.acquire(
        deployment ? { deployment: deployment.name, pin: version.ref } : { version: version.ref },
        lifetime,
      ),
  };

  private queueOf(handle: ModelHandle): ModelQueue {
    const { model } = handle;
    let queue = this.queues.get(model);
    if (!queue) {
      queue = queueFor(handle, this.maxAnswerBytes);
      this.queues.set(model, queue);
    }
    return queue;
  }

  /** What each version was asked for since the start. */
  statistics(): readonly ModelStatistics[] {
    return this.counter.all();
  }

  /** Requests that wait for their turn on what deployments serve now. */
  pending(): readonly PendingRequests[] {
    return this.deployments.servedVersions().map(({ deployment, version, model }) => ({
      deployment,
      version,
      count: (model && this.queues.get(model)?.batcher.queued) ?? 0,
    }));
  }

  /** Writes the outcomes gathered so far. */
  close(): void {
    this.outcomes.flush();
  }
}
