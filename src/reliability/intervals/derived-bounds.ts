import { compileResults, type CompiledResult, type Pipeline } from '../../pipelines/index.js';

export interface Bounds {
  /** -Infinity: none. */
  readonly low: number;
  readonly high: number;
}

type Step = Pipeline['result'][string]['steps'][number];

/** Steps that keep, or turn round, the order of numbers. */
const MONOTONE: ReadonlySet<string> = new Set([
  'standardize',
  'affine',
  'clip',
  'log',
  'power',
  'sigmoid',
  'percentile',
]);

/**
 * Bounds of one result from those of another that is made of the same output: every step is monotone, so what bounds the one
 * bounds the other. Null where it cannot be told: other outputs, other steps, or steps back that have no inverse.
 */
export function derivedBounds(
  pipeline: Pipeline,
  from: string,
  to: string,
  { low, high }: Bounds,
): Bounds | null {
  if (!isDerived(pipeline, from, to)) return null;
  const target = compileResults(pipeline).find(({ name }) => name === to);
  const inverse = inverseOf(pipeline.result[from]?.steps ?? []);
  if (target === undefined || inverse === null) return null;
  const through = (value: number) => forward(target, inverse(value));
  const [one, other] = [through(low), through(high)];
  // Outside of what a logarithm or a power can take there is no bound, and no number either.
  if (Number.isNaN(one) || Number.isNaN(other)) return null;
  return one <= other ? { low: one, high: other } : { low: other, high: one };
}

/** Whether one result may say where another lies: by what they are made of. */
export function isDerived({ result }: Pipeline, from: string, to: string): boolean {
  const [source, target] = [result[from], result[to]];
  if (source === undefined || target === undefined || typeof source.output !== 'string') return false;
  if (source.output !== target.output || target.columns !== undefined || target.classes !== undefined)
    return false;
  return target.steps.every(({ step }) => MONOTONE.has(step));
}

/** NaN for what a step cannot take. */
function forward({ runs }: CompiledResult, value: number): number {
  const failures: unknown[] = [];
  const context = {
    rows: 1,
    fail: (_: number, error: unknown) => failures.push(error),
    warn: () => undefined,
  };
  let values = { form: 'dense', width: 1, data: Float64Array.of(value) } as Parameters<
    CompiledResult['runs'][number]
  >[0][number];
  for (const run of runs) {
    const made = run([values], context);
    if (made instanceof Promise) return NaN;
    values = made;
  }
  return failures.length > 0 || values.form !== 'dense' ? NaN : (values.data[0] ?? NaN);
}

/** What undoes steps, the last first; null for steps that more than one value leads to. */
function inverseOf(steps: readonly Step[]): ((value: number) => number) | null {
  let whole = (value: number): number => value;
  for (const step of steps) {
    const inner = whole;
    const undo = undoing(step);
    if (undo === null) return null;
    whole = (value) => inner(undo(value));
  }
  return whole;
}

function undoing(step: Readonly<Record<string, unknown>>): ((value: number) => number) | null {
  switch (step.step) {
    case 'standardize': {
      const [mean, scale] = [single(step.mean), single(step.scale)];
      return mean === null || scale === null ? null : (value) => value * scale + mean;
    }
    case 'affine': {
      const [multiply, add] = [single(step.multiply), single(step.add)];
      return multiply === null || add === null || multiply === 0 ? null : (value) => (value - add) / multiply;
    }
    case 'log': {
      const base = single(step.base);
      return base === null ? null : (value) => base ** value;
    }
    case 'power': {
      const base = single(step.base);
      // Nothing to the power of anything is below 0: there the bound is no bound.
      return base === null ? null : (value) => (value <= 0 ? -Infinity : Math.log(value) / Math.log(base));
    }
    default:
      return null;
  }
}

function single(value: unknown): number | null {
  const values = [value].flat();
  return values.length === 1 && typeof values[0] === 'number' ? values[0] : null;
}
