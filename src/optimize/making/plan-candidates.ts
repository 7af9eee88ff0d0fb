import type { OptimizationMethod, OptimizationStep, OptimizationStepMethod } from '../../catalog/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import { applicableMethods, type OperatorCounts } from '../asked/applicability.js';
import { fewestRows } from '../asked/fewest-rows.js';
import type { AutoOptions } from '../asked/method-options.js';

/** What is to be tried. */
export interface PlannedCandidate {
  readonly name: string;
  readonly steps: readonly OptimizationStep[];
}

type Variants = readonly (readonly OptimizationStep[])[];
const step = (method: OptimizationStepMethod, settings: JsonObject = {}): OptimizationStep => ({
  method,
  settings: settings as OptimizationStep['settings'],
});

/** What a search tries of networks, from what costs least to make. */
const OF_NETWORKS: Variants = [
  [step('INT8_DYNAMIC')],
  [step('INT8_STATIC')],
  [step('INT8_STATIC', { calibration: 'PERCENTILE' })],
  [step('FP16')],
  [step('WEIGHTS_INT8')],
  [step('WEIGHTS_INT8', { compute: 'INT8' })],
  [step('WEIGHTS_INT4')],
  [step('PRUNE_MAGNITUDE', { sparsity: 0.75 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.25 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.5 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.75 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.5 }), step('INT8_STATIC')],
  [step('DISTILL', { student: 'LINEAR' })],
  [step('DISTILL', { student: 'DENSE' })],
  [step('DISTILL', { student: 'GRADIENT_BOOSTING' })],
];
const OF_TREES: Variants = [
  [step('PRUNE_STRUCTURED', { ratio: 0.5 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.8 })],
  [step('PRUNE_STRUCTURED', { ratio: 0, maxDepth: 6 })],
  [step('PRUNE_STRUCTURED', { ratio: 0.5, maxDepth: 6 })],
  [step('DISTILL', { student: 'LINEAR' })],
  [step('DISTILL', { student: 'DENSE' })],
  [step('DISTILL', { student: 'GRADIENT_BOOSTING' })],
  [step('DISTILL', { student: 'GRADIENT_BOOSTING', trees: 40, depth: 4 })],
];

/**
 * The candidates of an optimisation: the one that is asked for, or those of a search that apply to the graph and for which there
 * are rows enough. Pure.
 */
export function planCandidates(
  method: OptimizationMethod,
  options: JsonObject,
  { operators, rows }: { readonly operators: OperatorCounts; readonly rows: number },
): PlannedCandidate[] {
  if (method !== 'AUTO') return [named([step(method, options)])];
  const { methods } = options as AutoOptions;
  const applicable = new Set(applicableMethods(operators).filter((each) => methods?.includes(each) ?? true));
  const isOfTrees = Object.keys(operators).some((name) => name.startsWith('ai.onnx.ml.TreeEnsemble'));
  return (isOfTrees ? OF_TREES : OF_NETWORKS)
    .filter((steps) => steps.every((each) => applicable.has(each.method) && rows >= fewestRows(each.method)))
    .map(named);
}

function named(steps: readonly OptimizationStep[]): PlannedCandidate {
  return { name: steps.map(stepName).join(' + '), steps };
}

function stepName({ method, settings }: OptimizationStep): string {
  const told = Object.entries(settings).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [method, ...told].join(' ').slice(0, 300);
}
