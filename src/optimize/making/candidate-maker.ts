import { createReadStream } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArtifactStore } from '../../artifacts/index.js';
import type { OptimizationStep, OptimizationStepMethod } from '../../catalog/index.js';
import type { ConverterEnvironments } from '../../convert/index.js';
import { Scratch, type ConverterLimits } from '../../convert/index.js';
import type { InferenceService } from '../../inference/index.js';
import type { RunningJob } from '../../jobs/index.js';
import { DomainError } from '../../platform/errors.js';
import { RuntimeGraphs, type ModelFiles, type ModelInspector } from '../../runtime/index.js';
import { joinRows, type Signature } from '../../tensors/index.js';
import type { GraphFacts, MeasuredGraph } from '../measuring/measured-graph.js';
import type { PreparedSample } from '../samples/prepared-sample.js';
import { askTeacher } from './ask-teacher.js';
import type { PlannedCandidate } from './plan-candidates.js';
import { runStep, type StepResult, type WrittenRun, type WrittenTensor } from './python-step.js';
import { rowsBetween } from './rows-between.js';
import { writeSample, writeTensors } from './write-sample.js';

/** Rows that a student is taught beside the sample, unless it is said otherwise. */
const GENERATED_ROWS = 2_000;

/** The environment of `retort converters install` in which a step is done. */
export function environmentOf(method: OptimizationStepMethod): string {
  return method === 'DISTILL' ? 'sklearn' : 'onnxruntime';
}

export interface MakerParts {
  readonly environments: ConverterEnvironments;
  readonly limits: ConverterLimits;
  readonly inspector: ModelInspector;
  readonly inference: Pick<InferenceService, 'withModel' | 'foreground'>;
  readonly maxArtifactBytes: number;
}

/** A graph that was made, before anybody keeps it. */
export interface MadeGraph {
  readonly steps: readonly OptimizationStep[];
  readonly notes: readonly string[];
  readonly digest: string;
  /** Where its bytes lie, until the job's folder goes. */
  readonly path: string;
  readonly facts: GraphFacts;
  readonly with: Pick<StepResult, 'tools' | 'packages' | 'runtime' | 'platform'>;
}

/** Makes the candidates of one job, in a folder that goes with it: nothing of them is stored before one is chosen. */
export class CandidateMaker {
  private runs: Promise<WrittenRun[]> | undefined;
  private readonly taught = new Map<number, Promise<{ runs: WrittenRun[]; answers: WrittenTensor[] }>>();
  private made = 0;

  private constructor(
    private readonly parts: MakerParts,
    private readonly scratch: Scratch,
    private readonly store: ArtifactStore,
    private readonly graphs: RuntimeGraphs,
    private readonly about: {
      readonly version: string;
      readonly signature: Signature;
      readonly declared: boolean;
      readonly sample: PreparedSample;
      readonly original: MeasuredGraph;
      readonly seed: number;
      readonly job: RunningJob;
    },
  ) {}

  static async open(
    parts: MakerParts,
    scratch: Scratch,
    files: ModelFiles,
    about: CandidateMaker['about'],
  ): Promise<CandidateMaker> {
    const store = await ArtifactStore.open({
      directory: scratch.path('artifacts'),
      maxBytes: parts.maxArtifactBytes,
    });
    const graphs = new RuntimeGraphs({
      artifacts: store,
      inspector: parts.inspector,
      directory: scratch.path('derived'),
    });
    await copyFile(files.model, scratch.path('source', 'model.onnx'));
    for (const { name, path } of files.data ?? []) {
      const target = scratch.path('source', name);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(path, target);
    }
    return new CandidateMaker(parts, scratch, store, graphs, about);
  }

  /**
   * @throws DomainError OPTIMIZATION_NOT_APPLICABLE, OPTIMIZATION_FAILED, CONVERTER_NOT_INSTALLED, what reading a graph throws;
   * the job's signal's reason
   */
  async make({ steps }: PlannedCandidate): Promise<MadeGraph> {
    const { job, seed } = this.about;
    let source = this.scratch.path('source', 'model.onnx');
    const done: OptimizationStep[] = [];
    const notes: string[] = [];
    let result: StepResult | undefined;
    for (const step of steps) {
      const python = await this.parts.environments.python(environmentOf(step.method), ['method']);
      const folder = await Scratch.open(this.scratch.path('work'), `step-${(this.made += 1)}`);
      const rows =
        step.method === 'DISTILL'
          ? await this.lessons(Number(step.settings.generated ?? GENERATED_ROWS))
          : { runs: await (this.runs ??= this.write()), answers: [] };
      const found = await runStep(
        { python, step, source, ...rows, seed, limits: this.parts.limits },
        folder,
        job,
      );
      result = { ...found, tools: [...(result?.tools ?? []), ...found.tools] };
      source = found.path;
      const { generated } = step.settings;
      done.push({
        method: step.method,
        settings: { ...found.settings, ...(generated !== undefined && { generated }) },
      });
      notes.push(...found.notes);
    }
    if (result === undefined) throw new Error('A candidate has at least one step');
    const { tools, packages, runtime, platform } = result;
    const facts = await this.read(source, done);
    const unique = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
    return {
      steps: done,
      notes,
      ...facts,
      with: { tools: unique, packages, runtime, platform },
    };
  }

  /** As publishing would read it. */
  private async read(
    source: string,
    steps: readonly OptimizationStep[],
  ): Promise<Pick<MadeGraph, 'digest' | 'path' | 'facts'>> {
    const { declared, job, signature } = this.about;
    const { digest } = await this.store.put(createReadStream(source), { signal: job.signal });
    const inspection = await this.graphs.inspect(digest, job.signal);
    checkSignature(signature, inspection.signature);
    const graph = await this.graphs.open({ digest, rewrites: inspection.rewrites }, job.signal);
    const { proven, reason } = inspection.rowProof;
    const isDeclared = declared && !steps.some(({ method }) => method === 'INT8_DYNAMIC');
    return {
      digest,
      path: await this.store.unverified(digest),
      facts: {
        signature: inspection.signature,
        files: await graph.files(),
        bytes: (await stat(source)).size,
        parameters: Number(inspection.graph.parameterCount),
        rows: { independence: proven ? 'PROVEN' : isDeclared ? 'DECLARED' : 'UNPROVEN', reason },
      },
    };
  }

  private write(): Promise<WrittenRun[]> {
    return writeSample(this.about.sample, (name) => this.scratch.path('sample', name));
  }

  /** What students learn: the sample and rows between its rows, with the teacher's answers to all of them. */
  private lessons(generated: number) {
    const known = this.taught.get(generated) ?? this.teach(generated);
    this.taught.set(generated, known);
    return known;
  }

  private async teach(generated: number): Promise<{ runs: WrittenRun[]; answers: WrittenTensor[] }> {
    const { job, original, sample, seed, version } = this.about;
    if (!sample.isStacked)
      throw new DomainError(
        'OPTIMIZATION_NOT_APPLICABLE',
        `DISTILL does not apply to ${version}: its rows have shapes of their own, and a student takes rows of one shape.`,
        { field: ['method'] },
      );
    const own = sample.tensors(0, sample.rows);
    const between = generated > 0 ? rowsBetween(own, sample.rows, generated, seed) : null;
    const tensors = between === null ? own : joinRows([own, between]);
    const rows = sample.rows + (between === null ? 0 : generated);
    job.log(
      `Asking the teacher about ${rows} rows, ${rows - sample.rows} of them made up between those of the sample.`,
    );
    const answers = await askTeacher(
      this.parts.inference,
      version,
      { tensors, rows, together: original.joins },
      job,
    );
    const path = (kind: string) => (number: number) =>
      this.scratch.path('sample', `${kind}-${generated}-${number}.bin`);
    return {
      runs: [{ inputs: await writeTensors(tensors, path('lesson')), rows, stacked: true }],
      answers: await writeTensors(answers, path('answer')),
    };
  }
}

/** Callers must not notice another graph. @throws DomainError OPTIMIZATION_FAILED */
function checkSignature(before: Signature, after: Signature): void {
  const told = ({ inputs, outputs }: Signature) =>
    JSON.stringify(
      [inputs, outputs].map((specs) => specs.map(({ name, datatype, shape }) => [name, datatype, shape])),
    );
  if (told(before) === told(after)) return;
  throw new DomainError(
    'OPTIMIZATION_FAILED',
    `The graph that was made has another signature than the original: expected ${told(before)}, got ${told(after)}.`,
  );
}
