import { DomainError } from '../../platform/errors.js';
import type {
  Applicability,
  ExplainedModel,
  TensorSolution,
  TensorSolver,
  TensorTask,
} from '../methods/explanation-method.js';
import { ChildRefused } from '../children/asked-processes.js';
import { type GradientDependencies, GradientModels } from './gradient-models.js';
import { type GradientSource, NumericGradients } from './gradient-source.js';
import { GraphGradients } from './graph-gradients.js';
import { integratedGradients, type Line } from './integrated-gradients.js';

const FIRST_STEPS = 50;
const REAL: ReadonlySet<string> = new Set(['FP16', 'FP32', 'FP64']);

/**
 * Gradients of any model whose inputs are real numbers, integrated from a baseline to the instance: by a gradient graph where
 * all operators have one, otherwise by differences.
 */
export class IntegratedGradientsSolver implements TensorSolver {
  readonly method = 'INTEGRATED_GRADIENTS';
  private readonly models: GradientModels;

  constructor(private readonly deps: GradientDependencies) {
    this.models = new GradientModels(deps);
  }

  applies({ version }: ExplainedModel): Promise<Applicability> {
    const whole = version.signature.inputs.find(({ datatype }) => !REAL.has(datatype));
    if (whole !== undefined)
      return Promise.resolve({
        applies: false,
        reason: `INTEGRATED_GRADIENTS does not apply, because input "${whole.name}" holds ${whole.datatype}, which has no gradient. KERNEL_SHAP applies to every model.`,
      });
    return Promise.resolve({ applies: true });
  }

  plannedRows({ space }: Pick<TensorTask, 'space'>): number {
    return 2 * FIRST_STEPS * space.width;
  }

  async explain(task: TensorTask): Promise<TensorSolution> {
    const { space, instance, budget, evaluate } = task;
    const { baseline, name } = baselineOf(task);
    const [from = NaN, to = NaN] = await evaluate([baseline, instance]);
    const { found, source } = await this.integrate(task, { baseline, instance, from, to });
    if (found === null)
      throw budget.refusal(`${FIRST_STEPS} points need ${FIRST_STEPS * source.rowsFor(space.width)} more rows`); // prettier-ignore
    const share = `${(100 * found.gap).toPrecision(2)} % of the change of the answer`;
    return {
      game: 'BASELINE',
      baseValue: from,
      attributions: found.attributions,
      errors: new Float64Array(space.width),
      notes: [
        `${found.steps} Gauss–Legendre points from the baseline, ${name}, to the instance.`,
        found.isComplete
          ? `Complete: the attributions miss ${share}.`
          : `Not complete: the attributions miss ${share}, and more points did not help or were not in the budget.`,
        source.description,
      ],
    };
  }

  /** Frees what is loaded. */
  close(): Promise<void> {
    return this.models.close();
  }

  private async integrate(task: TensorTask, line: Line) {
    const { space, budget, evaluate, signal } = task;
    const along = async (source: GradientSource) => ({
      source,
      found: await integratedGradients(source, line, (rows) => budget.allows(rows)),
    });
    try {
      return await this.models.with(
        task,
        (model) =>
        along(new GraphGradients(space, model, { pause: this.deps.pause, take: (rows) => budget.take(rows), signal })), // prettier-ignore
      );
    } catch (error) {
      if (!(error instanceof ChildRefused)) throw error;
      const spans = line.instance.map((value, place) => Math.abs(value - (line.baseline[place] ?? 0)));
      return along(new NumericGradients({ space, spans, evaluate }, error.message));
    }
  }
}

/** @throws DomainError INVALID_BACKGROUND for a background without rows */
function baselineOf({ space, baseline, background }: TensorTask): {
  readonly baseline: Float64Array;
  readonly name: string;
} {
  // prettier-ignore
  if (baseline !== null) return { baseline, name: 'the one given' };
  if (background === null) return { baseline: new Float64Array(space.width), name: 'all numbers 0' };
  if (background.length === 0)
    throw new DomainError('INVALID_BACKGROUND', 'Expected a background of rows, got none.', { field: ['background'] }); // prettier-ignore
  const mean = new Float64Array(space.width);
  for (const row of background)
    for (const [place, value] of row.entries()) mean[place] = (mean[place] ?? 0) + value / background.length;
  return { baseline: mean, name: `the mean of ${background.length} background rows` };
}
