import { availableParallelism, cpus } from 'node:os';
import { z } from 'zod';
import {
  optimizationSchema,
  type OptimizationCandidate,
  type OptimizationRecord,
  type VersionRecord,
} from '../catalog/index.js';
import { Scratch } from '../convert/index.js';
import type { RunningJob } from '../jobs/index.js';
import type { Pipeline } from '../pipelines/index.js';
import { DomainError, type ErrorCode } from '../platform/errors.js';
import { checkRows } from './asked/fewest-rows.js';
import type { OptimizationInput } from './asked/optimization-input.js';
import { CandidateMeasurer } from './measuring/candidate-measurer.js';
import { MeasuredGraph, THREADS, type GraphFacts } from './measuring/measured-graph.js';
import { CandidateMaker, type MadeGraph } from './making/candidate-maker.js';
import { planCandidates, type PlannedCandidate } from './making/plan-candidates.js';
import { adviceOf, missesOf } from './judging/judge.js';
import { chosenOf, costsOf, paretoFront } from './judging/pareto-front.js';
import type { Chosen, OptimizationParts } from './optimization-parts.js';
import { PreparedSample } from './samples/prepared-sample.js';
import { MEASURED_ON, readSample, type SampleRows } from './samples/sample-rows.js';

/** Of a sample, held out to measure on. */
const HELD_OUT = 1 / 3;
const MOST_MEASURED = 1_000;
/** About the job as a whole, or likely to pass: no fault of a candidate's. */
const NOT_OF_A_CANDIDATE: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'OVERLOADED',
  'STORAGE_FULL',
  'INTERNAL',
  'CONVERTER_NOT_INSTALLED',
]);

const { candidates, tools, packages, runtime, platform, original } = optimizationSchema.shape;
const checkpoint = z.object({ candidates, original, tools, packages, runtime, platform });
type Reached = z.output<typeof checkpoint>;

interface About {
  readonly asked: OptimizationInput;
  readonly version: VersionRecord;
  readonly job: RunningJob;
}

/** The search of one job: candidates are made and measured, one after the other, and the budget decides. */
export class OptimizationRun {
  private readonly kept = new Map<string, MadeGraph>();

  private constructor(
    private readonly about: About,
    private readonly scratch: Scratch,
    private readonly originalGraph: MeasuredGraph,
    private readonly maker: CandidateMaker,
    private readonly measurer: CandidateMeasurer,
    private readonly planned: readonly PlannedCandidate[],
    private readonly sample: OptimizationRecord['sample'],
  ) {}

  /** @throws DomainError SAMPLE_TOO_SMALL, what reading the sample and loading the version throw */
  static async open(parts: OptimizationParts, about: About): Promise<OptimizationRun> {
    const { asked, job, version } = about;
    const pipeline = parts.predictions.pipelineOf(version);
    const scratch = await Scratch.open(parts.directory, job.id);
    let graph: MeasuredGraph | undefined;
    try {
      job.log('Reading the sample.');
      const { calibration, measured, sample, result } = await samplesOf(parts, about, pipeline);
      const facts = await originalFacts(parts, version, job.signal);
      graph = await MeasuredGraph.load(parts.runners, facts, job.signal);
      const maker = await CandidateMaker.open(parts, scratch, facts.files, {
        version: version.ref,
        signature: version.signature,
        declared: version.declaresRowsIndependent,
        sample: calibration,
        original: graph,
        seed: asked.seed,
        job,
      });
      const measurer = await CandidateMeasurer.open(parts.runners, {
        original: graph,
        sample: measured,
        pipeline,
        result,
        budget: asked.budget,
        signal: job.signal,
      });
      const [artifact] = await parts.catalog.artifactsByDigests([version.artifactDigest]);
      const planned = planCandidates(asked.method, asked.options, {
        operators: artifact?.operators ?? {},
        rows: calibration.rows + measured.rows,
      });
      return new OptimizationRun(about, scratch, graph, maker, measurer, planned, sample);
    } catch (error) {
      await graph?.release();
      await scratch.remove();
      throw error;
    }
  }

  /**
   * Goes on with the candidates that were not measured yet.
   *
   * @returns everything that was measured, and what is to be published; null: nothing is
   */
  async search(): Promise<{ record: OptimizationRecord; chosen: Chosen | null }> {
    const { about, planned } = this;
    const { asked, job, version } = about;
    const total = planned.length + 1;
    const reached: Reached | null = job.checkpoint === null ? null : checkpoint.parse(job.checkpoint);
    let state: Reached = reached ?? {
      candidates: [],
      original: this.measurer.originalFigures([]),
      tools: [],
      packages: [],
      runtime: '',
      platform: '',
    };
    for (const plan of planned) {
      if (state.candidates.some(({ name }) => name === plan.name)) continue;
      job.report({ done: state.candidates.length, total });
      job.log(`Trying ${plan.name}.`);
      state = await this.tried(plan, state);
      await job.save(state, {
        done: state.candidates.length,
        total,
        failed: state.candidates.filter(({ error }) => error !== null).length,
      });
    }
    state = { ...state, candidates: ranked(state) };
    const best = chosenOf(state.candidates, state.original);
    const record: OptimizationRecord = {
      method: asked.method,
      origin: { version: version.ref, digest: version.artifactDigest },
      budget: asked.budget,
      sample: this.sample,
      machine: {
        processor: cpus()[0]?.model.trim() ?? 'unknown',
        cores: availableParallelism(),
        threads: THREADS,
      },
      chosen: best?.name ?? null,
      ...state,
    };
    if (best === null) return { record, chosen: null };
    const plan = planned.find(({ name }) => name === best.name);
    if (plan === undefined) throw new Error('What was measured was planned');
    // Made again where the server ended in between: the same steps with the same seed.
    const graph = this.kept.get(best.name) ?? (await this.maker.make(plan));
    return {
      record: withDigest(record, best.name, graph.digest),
      chosen: { name: best.name, graph, original: this.originalGraph },
    };
  }

  async close(): Promise<void> {
    await this.originalGraph.release();
    await this.scratch.remove();
  }

  private async tried(plan: PlannedCandidate, state: Reached): Promise<Reached> {
    const { asked, job } = this.about;
    try {
      const graph = await this.maker.make(plan);
      this.kept.set(plan.name, graph);
      job.log(`Measuring ${plan.name}.`);
      const { latencies, ...measured } = await this.measurer.measure(graph.facts);
      const original = this.measurer.originalFigures(latencies);
      const misses = missesOf(measured, original, asked.budget);
      const candidate: OptimizationCandidate = {
        name: plan.name,
        steps: [...graph.steps],
        error: null,
        digest: graph.digest,
        ...measured,
        misses,
        onFront: false,
        advice: adviceOf(measured, original, misses),
        notes: [...graph.notes],
      };
      const { tools: used, ...made } = graph.with;
      const known = new Map([...state.tools, ...used].map((tool) => [tool.name, tool]));
      return {
        ...made,
        original,
        tools: [...known.values()],
        packages: state.packages.length > 0 ? state.packages : made.packages,
        candidates: [...state.candidates, candidate],
      };
    } catch (error) {
      job.signal.throwIfAborted();
      const isOfCandidate = error instanceof DomainError && !NOT_OF_A_CANDIDATE.has(error.code);
      if (!isOfCandidate || this.planned.length === 1) throw error;
      job.log(`${plan.name}: ${error.message}`);
      return { ...state, candidates: [...state.candidates, failedCandidate(plan, error.message)] };
    }
  }
}

function failedCandidate({ name, steps }: PlannedCandidate, error: string): OptimizationCandidate {
  return {
    name,
    steps: [...steps],
    error: error.slice(0, 2_000),
    digest: null,
    figures: null,
    speedups: [],
    differences: [],
    loss: null,
    misses: [],
    onFront: false,
    advice: null,
    notes: [],
  };
}

/** With the front of those that were measured. */
function ranked({ candidates: all, original: before }: Reached): OptimizationCandidate[] {
  const measured = all.flatMap((each) => (each.figures === null ? [] : [{ ...each, figures: each.figures }]));
  const front = paretoFront(measured.map((each) => costsOf(each, before)));
  const onFront = new Set(measured.filter((_, place) => front[place]).map(({ name }) => name));
  return all.map((each) => ({ ...each, onFront: onFront.has(each.name) }));
}

function withDigest(record: OptimizationRecord, name: string, digest: string): OptimizationRecord {
  return {
    ...record,
    candidates: record.candidates.map((each) => (each.name === name ? { ...each, digest } : each)),
  };
}

async function originalFacts(
  { artifacts, graphs }: OptimizationParts,
  { artifactDigest: digest, declaresRowsIndependent, rewrites, signature }: VersionRecord,
  signal: AbortSignal,
): Promise<GraphFacts> {
  const { size } = await artifacts.stat(digest);
  const { graph: summary, rowProof } = await graphs.inspect(digest, signal);
  const graph = await graphs.open({ digest, rewrites }, signal);
  return {
    signature,
    files: await graph.files(),
    bytes: size,
    parameters: Number(summary.parameterCount),
    rows: {
      independence: rowProof.proven ? 'PROVEN' : declaresRowsIndependent ? 'DECLARED' : 'UNPROVEN',
      reason: rowProof.reason,
    },
  };
}

/** What graphs are calibrated on, and the other rows, on which everything is measured. */
async function samplesOf(parts: OptimizationParts, { asked, job, version }: About, pipeline: Pipeline) {
  const { signal } = job;
  const options = { seed: asked.seed, signal };
  const read = await readSample(parts, asked.sample, { version, pipeline }, { ...options, field: 'sample' });
  checkRows(read.rows.length, asked.method, read.description);
  const held = Math.min(MOST_MEASURED, Math.ceil(read.rows.length * HELD_OUT));
  const other: SampleRows | null =
    asked.measure &&
    (await readSample(parts, asked.measure, { version, pipeline }, { ...options, field: 'measure' }));
  const forMeasuring = other ?? { ...read, rows: read.rows.slice(0, held) };
  const forCalibration = other === null ? read.rows.slice(held) : read.rows;
  const calibration = await PreparedSample.of(parts.instances, pipeline, forCalibration, signal);
  const measured = await PreparedSample.of(parts.instances, pipeline, forMeasuring.rows, signal);
  checkRows(
    calibration.rows + (other === null ? measured.rows : 0),
    asked.method,
    `${read.description} that can be read`,
  );
  checkRows(measured.rows, asked.method, `${forMeasuring.description} that can be read`, {
    measures: true,
    field: other === null ? 'sample' : 'measure',
  });
  const isLabelled = forMeasuring.result !== null;
  return {
    calibration,
    measured,
    result: forMeasuring.result,
    sample: {
      source: read.source,
      description:
        other === null ? read.description : `${read.description}${MEASURED_ON}${other.description}`,
      rows: read.rows.length + (other?.rows.length ?? 0),
      unreadable:
        read.unreadable + forCalibration.length - calibration.rows + forMeasuring.rows.length - measured.rows,
      calibrationRows: calibration.rows,
      measuredRows: measured.rows,
      labelled: isLabelled,
      seed: asked.seed,
    },
  };
}
