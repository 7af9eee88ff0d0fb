import type { GraphComparisons } from './graph-comparisons.js';
import type { GraphDifference } from '../onnx/index.js';
import type { VersionRecord } from '../catalog/index.js';
import type { DeploymentService, ModelHandle } from '../deployments/index.js';
import { Deadline } from '../inference/index.js';
import { type Departure } from '../platform/disconnection.js';
import { DomainError } from '../platform/errors.js';
import { Turnstile } from '../platform/turnstile.js';
import { untilAborted } from '../platform/until-aborted.js';
import type { PipelineRunner } from '../predictions/index.js';
import { measureLatency, type Held, type LatencyComparison } from './latency-comparison.js';
import { compareAnswers, type OutputsComparison } from './output-comparison.js';
import { SampleRun } from './samples/run-sample.js';
import type { SampleChooser, SampleRequest } from './samples/sample-chooser.js';
import type { Sample } from './samples/sample.js';

const WAITING = 32;
const MAX_LISTED = 100;
const LISTED = 10;

export interface ComparisonRequest {
  readonly deadlineMs?: number | null | undefined;
  /** Tells when whoever asked has gone. */
  readonly departure?: Departure | undefined;
}

export interface RunComparisonRequest extends ComparisonRequest {
  /** Made-up rows when left out. */
  readonly sample?: SampleRequest | null | undefined;
}

export interface OutputComparisonRequest extends RunComparisonRequest {
  /** Rows to list, 1 to 100; 10 when left out. */
  readonly rows?: number | null | undefined;
}

/**
 * Compares versions by their files, and by running them. One comparison runs at a time: two would disturb each other's times, and requests come
 * first. What is run here is no request: it is in no statistics, no cache answers it and no batch joins it.
 */
export class VersionComparer {
  private readonly turns = new Turnstile('comparisons of outputs are waiting', {
    atOnce: 1,
    waiting: WAITING,
  });

  constructor(
    private readonly deps: {
      readonly deployments: DeploymentService;
      readonly runner: PipelineRunner;
      readonly graphs: GraphComparisons;
      readonly samples: SampleChooser;
    },
  ) {}

  /** What differs inside the graphs. @throws DomainError as GraphComparisons.compare; DEADLINE_EXCEEDED */
  async graph(
    base: VersionRecord,
    target: VersionRecord,
    request: ComparisonRequest,
  ): Promise<GraphDifference> {
    const deadline = new Deadline(request.deadlineMs, request.departure);
    try {
      return await this.deps.graphs.compare(base.artifactDigest, target.artifactDigest, deadline.signal);
    } finally {
      deadline.clear();
    }
  }

  /**
   * What both versions answer to the same rows.
   *
   * @throws DomainError what SampleChooser.choose throws; INVALID_TENSOR and INVALID_INSTANCE when the sample fits neither;
   * DEADLINE_EXCEEDED, OVERLOADED, and what loading a version throws
   */
  async outputs(
    base: VersionRecord,
    target: VersionRecord,
    request: OutputComparisonRequest,
  ): Promise<OutputsComparison> {
    const rows = request.rows ?? LISTED;
    if (!Number.isInteger(rows) || rows < 1 || rows > MAX_LISTED)
      throw new DomainError('INVALID_ARGUMENT', `Expected 1 to ${MAX_LISTED} rows to list, got ${rows}.`, {
        field: ['rows'],
      });
    return this.withModels(base, target, request, async (sample, held, signal) => {
      const { runner } = this.deps;
      const answers = {
        base: await new SampleRun(held.base, runner, signal).answers(sample, 'base'),
        target: await new SampleRun(held.target, runner, signal).answers(sample, 'target'),
      };
      return compareAnswers(sample, { base, target }, answers, rows);
    });
  }

  /** How long both versions take for single rows, measured now. @throws as `outputs` */
  async latency(
    base: VersionRecord,
    target: VersionRecord,
    request: RunComparisonRequest,
  ): Promise<LatencyComparison> {
    return this.withModels(base, target, request, (sample, held, signal) =>
      measureLatency(sample, held, this.deps.runner, signal),
    );
  }

  private async withModels<T>(
    base: VersionRecord,
    target: VersionRecord,
    request: RunComparisonRequest,
    work: (sample: Sample, held: Held, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const sample = await this.deps.samples.choose(request.sample, base, target);
    const deadline = new Deadline(request.deadlineMs, request.departure);
    const { signal } = deadline;
    try {
      return await this.turns.pass(signal, () =>
        // A run cannot be cancelled: the models are given back when it has ended, the caller is answered now.
        untilAborted(
          this.hold(base, target, signal, (held) => work(sample, held, signal)),
          signal,
        ),
      );
    } finally {
      deadline.clear();
    }
  }

  private async hold<T>(
    base: VersionRecord,
    target: VersionRecord,
    signal: AbortSignal,
    work: (held: Held) => Promise<T>,
  ): Promise<T> {
    const handles: ModelHandle[] = [];
    try {
      const one = await this.acquire(base, signal);
      handles.push(one);
      const other = await this.acquire(target, signal);
      handles.push(other);
      return await work({ base: one, target: other });
    } finally {
      for (const handle of handles) handle.release();
    }
  }

  private acquire({ ref }: VersionRecord, signal: AbortSignal): Promise<ModelHandle> {
    return this.deps.deployments.acquire({ version: ref }, signal);
  }
}
