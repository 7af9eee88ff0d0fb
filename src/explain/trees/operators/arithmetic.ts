import type { Column } from '../column.js';
import { TreesNotReadable } from '../ensemble.js';
import type { GraphValue, Link } from '../graph-value.js';
import type { ScoreForm } from '../scalar-forest.js';
import type { TreeOperator } from '../tree-operator.js';

type Operation = 'add' | 'subtract' | 'multiply' | 'divide';

const arithmetic =
  (operator: Operation): TreeOperator =>
  (node, [left, right]) => {
    if (left?.kind === 'columns' && right?.kind === 'constant')
      return [onColumns(operator, left, right, false)];
    if (left?.kind === 'constant' && right?.kind === 'columns')
      return [onColumns(operator, right, left, true)];
    if (left?.kind === 'scores' || right?.kind === 'scores') return [onScores(operator, left, right)];
    throw new TreesNotReadable(`operator ${node.operator} joins columns before the trees`);
  };

const sum: TreeOperator = (_, inputs) => {
  const [first, ...rest] = inputs;
  if (first === undefined) return [];
  return [rest.reduce((total, value) => onScores('add', total, value), first)];
};

const linked =
  (link: Link): TreeOperator =>
  (node, [input]) => {
    if (input?.kind !== 'scores' || input.link !== 'NONE')
      throw new TreesNotReadable(`operator ${node.operator} stands between the inputs and the trees`);
    return [{ ...input, link }];
  };

const softmax: TreeOperator = (node, inputs, surroundings) => {
  const axis = node.attributes.get('axis')?.int ?? (surroundings.opset < 13 ? 1 : -1);
  if (axis !== 1 && axis !== -1) throw new TreesNotReadable('a Softmax runs over rows');
  return linked('SOFTMAX')(node, inputs, surroundings);
};

export const arithmeticOperators: Readonly<Record<string, TreeOperator>> = {
  Add: arithmetic('add'),
  Sub: arithmetic('subtract'),
  Mul: arithmetic('multiply'),
  Div: arithmetic('divide'),
  Sum: sum,
  Neg: (_, [value]) => [onScores('multiply', value, { kind: 'constant', values: Float64Array.of(-1), dims: [], type: 'float32' })], // prettier-ignore
  Sigmoid: linked('LOGISTIC'),
  Exp: linked('EXP'),
  Softmax: softmax,
};

type Columns = Extract<GraphValue, { kind: 'columns' }>;
type Constant = Extract<GraphValue, { kind: 'constant' }>;

function onColumns(operator: Operation, value: Columns, constant: Constant, isRight: boolean): GraphValue {
  if (value.type !== 'float32' && value.type !== 'float64')
    throw new TreesNotReadable('whole numbers are calculated with before the trees');
  const isDouble = value.type === 'float64';
  const by = spread(constant, value.columns.length, value.rank);
  const columns = value.columns.map((column, at): Column => ({
    ...column,
    steps: [...column.steps, { kind: 'arithmetic', operator, by: by(at), isRight, isDouble }],
  }));
  return { ...value, columns };
}

function onScores(
  operator: Operation,
  left: GraphValue | undefined,
  right: GraphValue | undefined,
): GraphValue {
  const scores = left?.kind === 'scores' ? left : right?.kind === 'scores' ? right : undefined;
  if (scores === undefined) throw new TreesNotReadable('something else than scores is added up');
  const { rank, forms } = scores;
  const a = formsOf(left, forms.length, rank);
  const b = formsOf(right, forms.length, rank);
  return { ...scores, forms: forms.map((_, at) => combined(operator, a[at], b[at])) };
}

/** A constant is a form without trees. */
function formsOf(value: GraphValue | undefined, count: number, rank: number): readonly ScoreForm[] {
  if (value?.kind === 'constant') {
    const by = spread(value, count, rank);
    return Array.from({ length: count }, (_, at) => ({ bias: by(at), terms: [] }));
  }
  if (value?.kind !== 'scores' || value.link !== 'NONE')
    throw new TreesNotReadable('its scores are calculated with after a transformation, or with columns');
  if (value.forms.length !== count || value.rank !== rank)
    throw new TreesNotReadable('scores of different shapes are joined');
  return value.forms;
}

function combined(operator: Operation, a: ScoreForm | undefined, b: ScoreForm | undefined): ScoreForm {
  if (a === undefined || b === undefined) throw new TreesNotReadable('scores of different shapes are joined');
  if (operator === 'add') return { bias: a.bias + b.bias, terms: [...a.terms, ...b.terms] };
  if (operator === 'subtract') return combined('add', a, scaled(b, -1));
  if (b.terms.length === 0) return scaled(a, operator === 'multiply' ? b.bias : 1 / b.bias);
  if (a.terms.length === 0 && operator === 'multiply') return scaled(b, a.bias);
  throw new TreesNotReadable('scores of trees are multiplied with each other');
}

function scaled({ bias, terms }: ScoreForm, factor: number): ScoreForm {
  return {
    bias: bias * factor,
    terms: terms.map((term) => ({ ...term, factor: term.factor * factor })),
  };
}

/** A constant's element for each column: one for all, or one each. */
function spread({ values, dims }: Constant, count: number, rank: number): (at: number) => number {
  const isOne = values.length === 1 && dims.length <= rank;
  const isEach = rank === 2 && values.length === count && dims.at(-1) === count && dims.length <= 2;
  if (!isOne && !isEach)
    throw new TreesNotReadable(`a constant of shape [${dims.join(',')}] is calculated with`);
  return (at) => values[isOne ? 0 : at] ?? 0;
}
