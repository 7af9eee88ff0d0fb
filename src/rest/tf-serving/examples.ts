import {
  encodeTensor,
  type RawTensor,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../inference/index.js';
import { DomainError } from '../../platform/errors.js';
import { arrayAt, described, isAbsent, objectAt } from '../protocol-body.js';
import { fromNested, toRows } from './nested-tensor.js';
import { specsOf, specText } from './signature.js';

type Features = Readonly<Record<string, unknown>>;

/** @throws DomainError INVALID_ARGUMENT */
export function readExamples(body: Features): Features[] {
  const context = isAbsent(body.context) ? {} : objectAt(body.context, 'context');
  const examples = arrayAt(body.examples, 'examples');
  if (examples.length === 0)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected at least one entry in "examples", got an empty list.',
    );
  return examples.map((entry, index) => {
    const example = objectAt(entry, `examples[${index}]`);
    const both = Object.keys(context).find((name) => Object.hasOwn(example, name));
    if (both === undefined) return { ...context, ...example };
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected feature ${JSON.stringify(both)} in "context" or in examples[${index}], got it in both.`,
    );
  });
}

/**
 * One tensor an input: a feature is a value or a flat list of them, and fills the input's dimensions after the first.
 *
 * @throws DomainError INVALID_ARGUMENT, INVALID_TENSOR
 */
export function exampleInputs(examples: readonly Features[], { inputs }: Signature): RawTensor[] {
  for (const [index, example] of examples.entries()) {
    const unknown = Object.keys(example).find((name) => !inputs.some((spec) => spec.name === name));
    if (unknown === undefined) continue;
    throw new DomainError(
      'INVALID_TENSOR',
      `Unknown feature ${JSON.stringify(unknown.slice(0, 100))} in examples[${index}]: expected ${specsOf(inputs)}.`,
    );
  }
  return inputs.map((spec) => featureTensor(examples, spec));
}

/** The one number each example gets. @throws DomainError INVALID_ARGUMENT when the outputs are not that. */
export function regressionAnswer(outputs: readonly Tensor[], examples: number): string {
  const [only] = outputs;
  if (only && outputs.length === 1 && only.datatype !== 'BYTES' && only.datatype !== 'BOOL') {
    if (only.shape[0] === examples && sizeOf(only.shape) === examples)
      return `{"results":[${toRows({ ...only, shape: [examples] }).join(',')}]}`;
  }
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a model whose only output is one number for each of the ${examples} examples, got ${outputs.map(shapeText).join(', ')}: call :predict.`,
  );
}

/**
 * The label and score of each class of each example. Scores are the only output of floats, [examples, classes]; labels an
 * output of strings of that shape, and "" without one, as the protocol has it.
 *
 * @throws DomainError INVALID_ARGUMENT when the outputs are not that.
 */
export function classificationAnswer(outputs: readonly Tensor[], examples: number): string {
  const [scores, ...more] = outputs.filter(({ datatype }) => datatype.startsWith('FP'));
  if (!scores || more.length > 0 || scores.shape.length !== 2 || scores.shape[0] !== examples) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a model with one output of scores, FP32 [${examples},classes], got ${outputs.map(shapeText).join(', ')}: call :predict.`,
    );
  }
  const labels = outputs.find(
    ({ datatype, shape }) => datatype === 'BYTES' && shape.join() === scores.shape.join(),
  );
  const texts = labels && (encodeTensor(labels, 'JSON') as readonly string[]);
  const [, classes = 0] = scores.shape;
  const values = toRows({ ...scores, shape: [examples * classes] });
  const results = Array.from({ length: examples }, (_, example) => {
    const pairs = values
      .slice(example * classes, (example + 1) * classes)
      .map((score, index) => `[${JSON.stringify(texts?.[example * classes + index] ?? '')},${score}]`);
    return `[${pairs.join(',')}]`;
  });
  return `{"results":[${results.join(',')}]}`;
}

function featureTensor(examples: readonly Features[], spec: TensorSpec): RawTensor {
  const [rows = -1, ...inner] = spec.unranked === true ? [-1, -1] : spec.shape;
  if (spec.shape.length === 0 && spec.unranked !== true)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Input ${specText(spec)} has no dimension for examples: call :predict.`,
    );
  if (rows !== -1 && rows !== examples.length)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Input ${specText(spec)} takes ${rows} examples at once, got ${examples.length}.`,
    );
  const lists = examples.map((example, index) => {
    const value = example[spec.name];
    if (isAbsent(value))
      throw new DomainError(
        'INVALID_TENSOR',
        `Expected feature ${specText(spec)} in examples[${index}], got ${described(example)}.`,
      );
    return Array.isArray(value) ? (value as readonly unknown[]) : [value];
  });
  const length = lists[0]?.length ?? 0;
  const uneven = lists.findIndex((list) => list.length !== length);
  if (uneven !== -1)
    throw new DomainError(
      'INVALID_TENSOR',
      `Expected ${length} values of feature "${spec.name}" in examples[${uneven}] as in examples[0], got ${lists[uneven]?.length ?? 0}.`,
    );
  const { name, datatype } = spec;
  const shape = [examples.length, ...filled(inner, length, spec)];
  return { name, datatype, shape, data: fromNested(lists.flat(), spec, `feature "${name}"`).data };
}

/** The inner dimensions with a variable one worked out from the number of values. */
function filled(inner: readonly number[], length: number, spec: TensorSpec): number[] {
  const fixed = sizeOf(inner.filter((size) => size !== -1));
  const variable = inner.filter((size) => size === -1).length;
  const fits = variable === 0 ? fixed === length : variable === 1 && fixed > 0 && length % fixed === 0;
  if (fits) return inner.map((size) => (size === -1 ? length / fixed : size));
  throw new DomainError(
    'INVALID_TENSOR',
    variable > 1
      ? `Feature ${specText(spec)} has several variable dimensions, which a flat list cannot tell apart: call :predict.`
      : `Expected feature ${specText(spec)} to have ${variable === 0 ? fixed : `a multiple of ${fixed}`} values an example, got ${length}.`,
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function shapeText({ name, datatype, shape }: Tensor): string {
  return specText({ name, datatype, shape });
}
