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
import type { ForestAnswer, ForestDescription, TreeGame } from './forest-answers.js';
import { placedInputs } from './forest-answers.js';
import type { RowInput } from './tree-graph.js';
import type { TreeAnswer, TreeQuestion, TreeTarget } from './tree-messages.js';

/** Forests of some ten million nodes. */
const HEAP_MEGABYTES = 2_048;
/** The trees are summed as float64 here and as float32 by the runtime. */
const TOLERANCE = 1e-5;

/**
 * Exact Shapley values of graphs of trees, read from the stored graph. With a background the game is INTERVENTIONAL, without
 * one PATH_DEPENDENT, by the rows that the file says have reached each node. What the trees say of an instance is
 * compared with what the model answers before anything is said.
 */
export class TreeShapSolver implements TensorSolver {
  readonly method = 'TREE_SHAP';
  private readonly processes: AskedProcesses<TreeQuestion, TreeAnswer>;

  constructor(private readonly deps: { readonly graphs: RuntimeGraphs }) {
    const entry = compiledEntry(import.meta.url, './tree-child.js');
    this.processes = new AskedProcesses(entry, 'explanations by trees are waiting', HEAP_MEGABYTES);
  }

  async applies(model: ExplainedModel): Promise<Applicability> {
    const { version } = model;
    const { output } = model.target;
    if (output === null) return refused('the target is made by steps of the pipeline after the graph');
    const widths: { name: string; width: number }[] = [];
    for (const { name, shape, datatype } of version.signature.inputs) {
      const own = shape.length > 1 ? shape.slice(1) : [1];
      if (datatype === 'BYTES') return refused(`input "${name}" holds texts`);
      if (own.some((size) => size < 0)) return refused(`input "${name}" has no fixed number of columns`);
      widths.push({ name, width: own.reduce((product, size) => product * size, 1) });
    }
    try {
      await this.ask(version, placedInputs(widths), output, null);
      return { applies: true };
    } catch (error) {
      if (error instanceof ChildRefused) return refused(error.message);
      throw error;
    }
  }

  /** The graph is asked once, to compare. */
  plannedRows(): number {
    return 1;
  }

  async explain(task: TensorTask): Promise<TensorSolution> {
    const { version, target, space, instance, baseline } = task;
    const background = baseline === null ? task.background : [baseline];
    if (target.output === null)
      throw notApplicable('the target is made by steps of the pipeline after the graph');
    const inputs = space.inputs.map(({ name, from, width }) => ({ name, from, width }));
    const game: TreeGame = background === null ? 'PATH_DEPENDENT' : 'INTERVENTIONAL';
    const [reported = NaN] = await task.evaluate([instance]);
    const players = playersOf(task);
    try {
      const { description, explanation } = await this.ask(
        version,
        inputs,
        target.output,
        { game, players, playerCount: space.width, instance, background },
        task.signal,
      );
      if (explanation === null) throw new Error('The child left an explanation out');
      compare(explanation, reported);
      return solutionOf(
        baseline === null ? game : 'BASELINE',
        explanation,
        description,
        background?.length ?? 0,
      );
    } catch (error) {
      if (error instanceof ChildRefused) throw notApplicable(error.message);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.processes.close();
  }

  private async ask(
    version: VersionRecord,
    inputs: readonly RowInput[],
    output: { readonly name: string; readonly element: number },
    explain: TreeQuestion['explain'],
    signal?: AbortSignal,
  ): Promise<TreeAnswer> {
    const { artifactDigest: digest, rewrites } = version;
    if ((await this.deps.graphs.remoteOf(digest, signal)) !== null)
      throw new ChildRefused('the model is on another server, which does not show its graph');
    const graph = await this.deps.graphs.open({ digest, rewrites }, signal);
    const { model, data = [] } = await graph.files();
    const target: TreeTarget = { path: model, data, inputs, output: output.name, element: output.element };
    return this.processes.ask({ target, explain }, signal);
  }
}

/** The first of a group's places plays for all of them. */
function playersOf({ groups, space }: TensorTask): Int32Array {
  const players = Int32Array.from({ length: space.width }, (_, at) => at);
  for (const group of groups ?? []) for (const place of group) players[place] = group[0] ?? place;
  return players;
}

function solutionOf(
  game: TreeGame | 'BASELINE',
  { values, errors, baseValue, margin }: ForestAnswer,
  { trees, depth, link }: ForestDescription,
  rows: number,
): TensorSolution {
  const notes = [
    game === 'BASELINE'
      ? `Exact for ${trees} trees of depth ${depth} or less against the baseline.`
      : game === 'INTERVENTIONAL'
        ? `Exact for ${trees} trees of depth ${depth} or less against each of ${rows} background rows; the errors say how much the values vary over those rows.`
        : `Exact for ${trees} trees of depth ${depth} or less; both branches of a node are weighted by the training rows that reached each.`,
    ...(link === 'NONE' ? [] : [MARGIN_NOTES[link]]),
  ];
  return {
    game,
    baseValue,
    attributions: values,
    errors,
    notes,
    margin: link === 'NONE' ? null : { link, value: margin },
    playsGroups: true,
  };
}

const MARGIN_NOTES = {
  LOGISTIC: 'The values are of the log-odds behind the probability.',
  SOFTMAX: 'The values are of the score before the softmax.',
  EXP: 'The values are of the logarithm of the answer.',
} as const;

/** @throws DomainError METHOD_NOT_APPLICABLE when the trees as read here answer something else than the model */
function compare({ prediction, magnitude }: ForestAnswer, reported: number): void {
  if (Math.abs(prediction - reported) <= TOLERANCE * Math.max(magnitude, Math.abs(reported))) return;
  throw notApplicable(
    `the trees as they are read make ${prediction} of the instance, and the model ${reported}`,
  );
}

function refused(because: string): Applicability {
  return { applies: false, reason: reasonOf(because) };
}

function notApplicable(because: string): DomainError {
  return new DomainError('METHOD_NOT_APPLICABLE', reasonOf(because), { field: ['method'] });
}

function reasonOf(because: string): string {
  return `TREE_SHAP does not apply, because ${because}. KERNEL_SHAP applies to every model.`;
}
