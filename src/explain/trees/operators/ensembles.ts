import type { Column } from '../column.js';
import { TreesNotReadable, type TreeEnsemble } from '../ensemble.js';
import { unknown, type GraphValue, type Link } from '../graph-value.js';
import { readEnsemble5 } from '../read-ensemble-5.js';
import { readEnsemble } from '../read-ensemble.js';
import type { ScoreForm } from '../scalar-forest.js';
import type { Surroundings, TreeOperator } from '../tree-operator.js';

const regressor: TreeOperator = (node, [input], surroundings) => {
  const read = readEnsemble(node, surroundings.numbers);
  // The operator ignores base values that are not one for each target.
  const ensemble = read.base.length === read.targets ? read : { ...read, base: new Float64Array(0) };
  return [scores(ensemble, place(ensemble, input, surroundings))];
};

const ensemble5: TreeOperator = (node, [input], surroundings) => {
  const ensemble = readEnsemble5(node, surroundings.numbers);
  return [scores(ensemble, place(ensemble, input, surroundings))];
};

const classifier: TreeOperator = (node, [input], surroundings) => {
  const ensemble = readEnsemble(node, surroundings.numbers);
  const labels = unknown('the target is a label, which is no number: explain a class of the scores');
  return [labels, classScores(ensemble, place(ensemble, input, surroundings))];
};

export const ensembleOperators: Readonly<Record<string, TreeOperator>> = {
  'ai.onnx.ml.TreeEnsembleRegressor': regressor,
  'ai.onnx.ml.TreeEnsembleClassifier': classifier,
  'ai.onnx.ml.TreeEnsemble': ensemble5,
};

/** Remembers the trees with their columns, and answers their number. */
function place(ensemble: TreeEnsemble, input: GraphValue | undefined, { ensembles }: Surroundings): number {
  if (input?.kind !== 'columns')
    throw new TreesNotReadable('its trees read something else than columns of the inputs');
  const highest = ensemble.feature.reduce((most, feature, at) => (ensemble.mode[at] === 0 ? most : Math.max(most, feature)), -1); // prettier-ignore
  if (highest >= input.columns.length)
    throw new TreesNotReadable(`its trees read column ${highest + 1} of ${input.columns.length} columns`);
  // What is given as float32 is compared as float32, thresholds of doubles included.
  const to = input.type === 'float64' ? 'float64' : 'float32';
  const columns = input.columns.map((column): Column => ({ ...column, steps: [...column.steps, { kind: 'cast', to }] })); // prettier-ignore
  const rounded =
    to === 'float32' ? { ...ensemble, threshold: ensemble.threshold.map(Math.fround) } : ensemble;
  ensembles.push({ ensemble: rounded, columns });
  return ensembles.length - 1;
}

function scores(ensemble: TreeEnsemble, index: number): GraphValue {
  const forms = Array.from({ length: ensemble.targets }, (_, target) => formOf(index, target, 1));
  // The runtime applies LOGISTIC and SOFTMAX to several targets only.
  const link = ensemble.targets === 1 && ensemble.postTransform !== 'PROBIT' ? 'NONE' : linkOf(ensemble);
  return { kind: 'scores', forms, rank: 2, link };
}

/**
 * Scores of classes. Two classes may share one score s, of which the first gets −s before a transformation, or 1 − s where
 * all weights are positive: they are shares already, and are not transformed.
 */
function classScores(ensemble: TreeEnsemble, index: number): GraphValue {
  const targets = new Set(ensemble.leafTarget);
  if (ensemble.targets === 2 && targets.size === 1) return sharedScore(ensemble, index);
  const forms = Array.from({ length: ensemble.targets }, (_, target) => formOf(index, target, 1));
  return { kind: 'scores', forms, rank: 2, link: linkOf(ensemble) };
}

function sharedScore(ensemble: TreeEnsemble, index: number): GraphValue {
  const target = ensemble.leafTarget[0] ?? 0;
  // The operator adds the second of two base values, and the first where there is one.
  const base = ensemble.base.at(-1) ?? 0;
  const form = formOf(index, target, 1, base - (ensemble.base[target] ?? 0));
  const negative = formOf(index, target, -1, (ensemble.base[target] ?? 0) - base);
  const isShare = ensemble.leafWeight.every((weight) => weight >= 0) && ensemble.base.length < 2;
  if (isShare)
    return { kind: 'scores', forms: [{ ...negative, bias: negative.bias + 1 }, form], rank: 2, link: 'NONE' };
  if (ensemble.postTransform === 'NONE' && ensemble.base.length < 2)
    throw new TreesNotReadable('its two classes share one score, whose sign the runtime changes by the class that wins'); // prettier-ignore
  return { kind: 'scores', forms: [negative, form], rank: 2, link: linkOf(ensemble) };
}

function formOf(ensemble: number, target: number, factor: number, bias = 0): ScoreForm {
  return { bias, terms: [{ ensemble, target, factor }] };
}

function linkOf({ postTransform }: TreeEnsemble): Link {
  if (postTransform === 'NONE' || postTransform === 'LOGISTIC' || postTransform === 'SOFTMAX')
    return postTransform;
  throw new TreesNotReadable(
    `its scores are transformed by ${postTransform}, which has no margin to explain`,
  );
}
