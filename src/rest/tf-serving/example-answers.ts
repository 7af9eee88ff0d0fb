import { elementsBetween, isLong, shortRuns, type Tensor } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Ending } from '../../platform/in-turns.js';
import { writtenText } from '../../http/index.js';
import { leafTexts } from './nested-tensor.js';
import { nestedPieces } from './nested-pieces.js';
import { sizeOf, specText } from './signature.js';

/** What a method makes of the model's outputs. */
export interface ExampleAnswers {
  /** @throws DomainError INVALID_ARGUMENT when the outputs are not what the method answers */
  check(outputs: readonly Tensor[], examples: number): void;
  /**
   * The body as JSON. Where writing takes long, others have their turns meanwhile.
   *
   * @param outputs those that `check` has let pass
   * @throws `until.reason`
   */
  answer(outputs: readonly Tensor[], until: Ending): string | Promise<Buffer>;
}

/** The one number each example gets. */
export const regression: ExampleAnswers = {
  check(outputs, examples) {
    const [only] = outputs;
    if (only && outputs.length === 1 && only.datatype !== 'BYTES' && only.datatype !== 'BOOL') {
      if (only.shape[0] === examples && sizeOf(only.shape) === examples) return;
    }
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a model whose only output is one number for each of the ${examples} examples, got ${outputs.map(shapeText).join(', ')}: call :predict.`,
    );
  },
  answer: (outputs, until) => written(outputs, regressionPieces(outputs), until),
};

/**
 * The label and score of each class of each example. Scores are the only output of floats, [examples, classes]; labels an
 * output of strings of that shape, and "" without one, as the protocol has it.
 */
export const classification: ExampleAnswers = {
  check(outputs, examples) {
    const [scores, ...more] = outputs.filter(isScores);
    if (scores && more.length === 0 && scores.shape.length === 2 && scores.shape[0] === examples) return;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a model with one output of scores, FP32 [${examples},classes], got ${outputs.map(shapeText).join(', ')}: call :predict.`,
    );
  },
  answer: (outputs, until) => written(outputs, classificationPieces(outputs), until),
};

function written(
  outputs: readonly Tensor[],
  pieces: Iterable<string>,
  until: Ending,
): string | Promise<Buffer> {
  return outputs.some(isLong) ? writtenText(pieces, until) : [...pieces].join('');
}

function* regressionPieces([only]: readonly Tensor[]): Generator<string> {
  if (!only) return;
  yield '{"results":';
  yield* nestedPieces({ ...only, shape: [sizeOf(only.shape)] });
  yield '}';
}

function* classificationPieces(outputs: readonly Tensor[]): Generator<string> {
  const scores = outputs.find(isScores);
  if (!scores) return;
  const labels = outputs.find(
    ({ datatype, shape }) => datatype === 'BYTES' && shape.join() === scores.shape.join(),
  );
  const [examples = 0, classes = 0] = scores.shape;
  yield '{"results":[';
  let at = 0;
  for (const run of shortRuns(scores)) {
    const texts = labels && (elementsBetween(labels, at, at + run.data.length).data as readonly string[]);
    let text = '';
    for (const [index, score] of leafTexts(run).entries()) {
      if (at > 0) text += ',';
      if (at % classes === 0) text += '[';
      text += `[${JSON.stringify(texts?.[index] ?? '')},${score}]`;
      at += 1;
      if (at % classes === 0) text += ']';
    }
    yield text;
  }
  if (classes === 0) yield Array.from({ length: examples }, () => '[]').join(',');
  yield ']}';
}

function isScores({ datatype }: Tensor): boolean {
  return datatype.startsWith('FP');
}

function shapeText({ name, datatype, shape }: Tensor): string {
  return specText({ name, datatype, shape });
}
