import type { RawTensor, Signature, TensorSpec } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { arrayAt, described, isAbsent, objectAt } from '../protocol-body.js';
import { fromNested } from './nested-tensor.js';
import { sizeOf, specsOf, specText } from './signature.js';

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
