import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, isRowAxis, mustBeConstant, mustLieAlong, type Operators, type Rule } from '../step.js';
import { constant, withRows } from '../value.js';
import { unchanged } from './reducing.js';

/** Models of ai.onnx.ml answer line by line. They take a tensor of one dimension for a single line. */
function lineByLine(second: (results: number) => readonly Extent[] | 'features'): Rule {
  return (step) => {
    const input = step.input(0);
    const dims = dimsOf(input);
    mustLieAlong(input, 0);
    if (dims.length !== 2) throw new ProofEnd(`it takes ${dims.length} dimensions for something else than lines`); // prettier-ignore
    const rows = dims[0] ?? Extent.ONE;
    return step.node.outputs.map((_, index) => {
      const more = second(index);
      const sizes = more === 'features' ? dims : [rows, ...more.map((size) => (size.is(-1) ? step.unknowns.fresh() : size))]; // prettier-ignore
      return input.rows ? withRows(sizes, input.rows) : constant(sizes);
    });
  };
}

const some = Extent.of(-1);
/** Labels, then a score for each class. */
const classifier = lineByLine((result) => (result === 0 ? [] : [some]));
const features = lineByLine(() => 'features');

const regressor: Rule = (step) => {
  const targets = step.int('n_targets', step.int('targets', 1));
  return lineByLine(() => [Extent.of(targets)])(step);
};

/** Trees beside one another (ai.onnx.ml 5). */
const treeEnsemble: Rule = (step) => lineByLine(() => [Extent.of(step.int('n_targets', 1))])(step);

/** Each element by itself. */
const each: Rule = (step) => step.node.outputs.map(() => unchanged(step.input(0)));

const oneHotEncoder: Rule = (step) => {
  const input = step.input(0);
  const count = step.ints('cats_int64s')?.length ?? step.texts('cats_strings')?.length;
  const sizes = [...dimsOf(input), count === undefined ? step.unknowns.fresh() : Extent.of(count)];
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

/** Some of the columns. */
const featureExtractor: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const chosen = step.input(1);
  if (chosen.rows && !input.rows && (dims.length === 1 || (dims.length === 2 && dims[0]?.is(1) === true))) {
    // Looked up in a single line: a column for each place that is asked for, row after row.
    const places = dimsOf(chosen);
    const before = Extent.product(places.slice(0, chosen.rows.axis)).times(chosen.rows.before);
    return [withRows([Extent.ONE, Extent.product(places)], { axis: 1, before })];
  }
  mustBeConstant(chosen, 'which columns it takes');
  if (dims.length < 2) throw new ProofEnd('it takes one dimension for a single line');
  if (isRowAxis(input, dims.length - 1)) throw new ProofEnd('it takes some of the rows');
  const columns = Extent.product(dimsOf(step.input(1)));
  const sizes = dims.with(-1, columns);
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

/** Columns side by side. */
const featureVectorizer: Rule = (step) => {
  for (const input of step.given) {
    mustLieAlong(input, 0);
    if (!input.rows || dimsOf(input).length !== 2)
      throw new ProofEnd('rows are laid beside what is no row of its own');
    if (!dimsOf(input)[0]?.equals(dimsOf(step.input(0))[0] ?? Extent.ONE)) throw new ProofEnd('rows that are cut differently are laid side by side'); // prettier-ignore
  }
  const sizes = [dimsOf(step.input(0))[0] ?? Extent.ONE, step.unknowns.fresh()];
  return [withRows(sizes, { axis: 0, before: Extent.ONE })];
};

/** One map for each line: as independent of the others as the line. */
const zipMap: Rule = (step) => {
  const input = step.input(0);
  mustLieAlong(input, 0);
  const sizes = dimsOf(input).slice(0, 1);
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

export const learned: Operators = {
  'ai.onnx.ml.LinearClassifier': classifier,
  'ai.onnx.ml.LinearRegressor': regressor,
  'ai.onnx.ml.SVMClassifier': classifier,
  'ai.onnx.ml.SVMRegressor': regressor,
  'ai.onnx.ml.TreeEnsembleClassifier': classifier,
  'ai.onnx.ml.TreeEnsembleRegressor': regressor,
  'ai.onnx.ml.TreeEnsemble': treeEnsemble,
  'ai.onnx.ml.Normalizer': features,
  'ai.onnx.ml.Scaler': features,
  'ai.onnx.ml.Imputer': features,
  'ai.onnx.ml.Binarizer': each,
  'ai.onnx.ml.LabelEncoder': each,
  'ai.onnx.ml.CategoryMapper': each,
  'ai.onnx.ml.OneHotEncoder': oneHotEncoder,
  'ai.onnx.ml.ArrayFeatureExtractor': featureExtractor,
  'ai.onnx.ml.FeatureVectorizer': featureVectorizer,
  'ai.onnx.ml.ZipMap': zipMap,
};
