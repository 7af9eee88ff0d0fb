import type { VersionRecord } from '../../catalog/index.js';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import type { RuntimeGraphs } from '../../runtime/index.js';
import { AskedProcesses, ChildRefused } from '../children/asked-processes.js';
import type {
  Applicability,
  ExplainedModel,
  TensorSolution,
  TensorSolver,
  TensorTask,
} from '../methods/explanation-method.js';
import type { AffineAnswer, AffineQuestion } from './affine-child.js';

/** Nodes and attributes; weights stay in the file. */
const HEAP_MEGABYTES = 768;
const MOST_REMEMBERED = 100;
/** Answers of float32 add up to this share of what was added. */
const TOLERANCE = 1e-4;

/**
 * Exact Shapley values of graphs that are linear by their operators: φᵢ = wᵢ(xᵢ − E xᵢ) (Lundberg and Lee 2017, corollary 1). Each wᵢ
 * is a difference of two answers of the model, so that the numbers are right up to its rounding.
 */
export class LinearSolver implements TensorSolver {
  readonly method = 'SHAPLEY';
  /** By digest and output: why not, or null. */
  private readonly known = new Map<string, string | null>();
  private readonly processes: AskedProcesses<AffineQuestion, AffineAnswer>;

  constructor(private readonly deps: { readonly graphs: RuntimeGraphs }) {
    const entry = compiledEntry(import.meta.url, './affine-child.js');
    this.processes = new AskedProcesses(entry, 'explanations of linear graphs are waiting', HEAP_MEGABYTES);
  }

  async applies({ version, target }: ExplainedModel): Promise<Applicability> {
    const why =
      target.output === null
        ? 'the target is made by steps of the pipeline after the graph'
        : await this.whyNot(version, target.output.name);
    return why === null ? { applies: true } : { applies: false, reason: `The graph is not linear: ${why}.` };
  }

  plannedRows({ space, background }: Pick<TensorTask, 'space' | 'background'>): number {
    return space.width + (background?.length ?? 1) + 1;
  }

  async explain(task: TensorTask): Promise<TensorSolution> {
    const { instance, baseline, space } = task;
    const background = baseline === null ? task.background : [baseline];
    if (background === null || background.length === 0)
      throw new DomainError(
        'INVALID_BACKGROUND',
        'Shapley values need to know what absent quantities are: give background.instances, background.recorded, or a baseline.',
        { field: ['background'] },
      );
    const others = farthest(instance, background);
    const moved = Array.from({ length: space.width }, (_, place) => place).filter(
      (place) => others[place] !== instance[place],
    );
    const rows = moved.map((place) => {
      const row = instance.slice();
      row[place] = others[place] ?? 0;
      return row;
    });
    const answers = await task.evaluate([instance, ...rows, ...background]);
    const own = answers[0] ?? NaN;
    const attributions = new Float64Array(space.width);
    for (const [at, place] of moved.entries()) {
      const [mine, other] = [instance[place] ?? 0, others[place] ?? 0];
      const weight = (own - (answers[1 + at] ?? NaN)) / (mine - other);
      attributions[place] = weight * (mine - meanOf(background, place));
    }
    const baseValue = answers
      .subarray(1 + rows.length)
      .reduce((sum, value) => sum + value / background.length, 0);
    requireAddedUp(attributions, own - baseValue, own);
    return {
      game: baseline === null ? 'INTERVENTIONAL' : 'BASELINE',
      baseValue,
      attributions,
      errors: new Float64Array(space.width),
      notes: [
        `The graph is linear in its inputs: each attribution is its weight times the distance from ${baseline === null ? `the mean of ${background.length} background rows` : 'the baseline'}, exact up to the rounding of the model’s answers.`,
      ],
      // Of a linear model a group is worth what its members are worth.
      playsGroups: true,
    };
  }

  close(): Promise<void> {
    return this.processes.close();
  }

  private async whyNot(
    { artifactDigest: digest, rewrites }: VersionRecord,
    output: string,
  ): Promise<string | null> {
    const key = JSON.stringify([digest, rewrites, output]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const why = await this.read({ digest, rewrites }, output);
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(key, why);
    return why;
  }

  private async read(
    { digest, rewrites }: { readonly digest: string; readonly rewrites: VersionRecord['rewrites'] },
    output: string,
  ): Promise<string | null> {
    if ((await this.deps.graphs.remoteOf(digest)) !== null)
      return 'the model is on another server, which does not show its graph';
    const { model } = await (await this.deps.graphs.open({ digest, rewrites })).files();
    try {
      return (await this.processes.ask({ path: model, output })).why;
    } catch (error) {
      if (error instanceof ChildRefused) return error.message;
      throw error;
    }
  }
}

/** Of each place the value of the background that lies farthest from the instance's: differences round least there. */
function farthest(instance: Float64Array, background: readonly Float64Array[]): Float64Array {
  return instance.map((own, place) => {
    let best = own;
    for (const row of background) {
      const value = row[place] ?? own;
      if (Math.abs(value - own) > Math.abs(best - own)) best = value;
    }
    return best;
  });
}

function meanOf(rows: readonly Float64Array[], place: number): number {
  return rows.reduce((sum, row) => sum + (row[place] ?? 0) / rows.length, 0);
}

/** @throws DomainError METHOD_NOT_APPLICABLE for answers that are not linear after all, such as those that overflow */
function requireAddedUp(attributions: Float64Array, difference: number, answer: number): void {
  let [sum, magnitude] = [0, Math.abs(answer)];
  for (const value of attributions) {
    sum += value;
    magnitude += Math.abs(value);
  }
  if (Math.abs(sum - difference) <= TOLERANCE * magnitude) return;
  throw new DomainError(
    'METHOD_NOT_APPLICABLE',
    `SHAPLEY by the graph does not apply: its operators are linear, and its answers are not; the attributions add up to ${sum}, the answers differ by ${difference}. KERNEL_SHAP applies to every model.`,
    { field: ['method'] },
  );
}
