import { describeResults, type Pipeline, type ResultDescription } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { similarNames } from '../../platform/similar-names.js';
import type { NewAttachment } from './attachment.js';

/**
 * The result of a pipeline that a target is of: the one that is named, the only one, or the only label beside probabilities.
 * Else the first: what hangs on it has been refused at publication, since a stored pipeline has its results in another order.
 */
export function targetResult({ options }: NewAttachment, pipeline: Pipeline): string {
  const [first = ''] = Object.keys(pipeline.result);
  const label = options.probabilities && describeResults(pipeline).find(isLabel);
  return options.result ?? label?.name ?? options.probabilities?.result ?? first;
}

/** The result that gives each class its probability, where the target is a label; null where it is a number. */
export function probabilityResult(attachment: NewAttachment, pipeline: Pipeline): string | null {
  const { probabilities } = attachment.options;
  if (!isOfLabels(attachment, pipeline)) return null;
  return probabilities?.result ?? describeResults(pipeline).find(hasColumns)?.name ?? null;
}

/** Whether the target of an attachment is a label, and not a number. */
export function isOfLabels(attachment: NewAttachment, pipeline: Pipeline): boolean {
  if (attachment.options.probabilities !== undefined) return true;
  const result = resultOf(pipeline, targetResult(attachment, pipeline));
  return result !== undefined && isLabel(result);
}

/** Whether what it says of results holds for those that the pipeline has. @throws DomainError INVALID_ARGUMENT */
export function checkMeaning(attachment: NewAttachment, pipeline: Pipeline, field: readonly string[]): void {
  const { options, role, predicted } = attachment;
  const known = describeResults(pipeline).flatMap(pathsOf);
  const check = (name: string | undefined, ...path: readonly string[]) => {
    if (name === undefined || known.includes(name)) return;
    const [nearest] = similarNames(name, known, 1);
    throw refuse(
      `Expected one of the results ${known.join(', ')}, got "${name}".${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`,
      [...field, 'options', ...path],
    );
  };
  const { difficulty } = options;
  check(options.result, 'result');
  check(options.probabilities?.result, 'probabilities', 'result');
  if (typeof difficulty === 'object') check(difficulty.result, 'difficulty', 'result');
  if (role !== 'CALIBRATION') return;
  if (isOfLabels(attachment, pipeline)) {
    checkOnly(options.result, describeResults(pipeline).filter(isLabel), [...field, 'options', 'result']);
    checkOnly(options.probabilities?.result, describeResults(pipeline).filter(hasColumns), [
      ...field,
      'options',
      'probabilities',
      'result',
    ]);
    const columns = resultOf(pipeline, probabilityResult(attachment, pipeline))?.columns;
    if (columns === undefined)
      throw refuse(
        'Sets of classes are made of probabilities: expected a result with columns, one for each class, got none.',
        [...field, 'options', 'probabilities'],
      );
    if (predicted !== null)
      throw refuse(
        'A predicted label has no probability to calibrate by: expected the columns of the probabilities in options.probabilities.columns.',
        [...field, 'predicted'],
      );
    const given = options.probabilities?.columns;
    const missing = given && columns.find((name) => !Object.hasOwn(given, name));
    if (missing !== undefined)
      throw refuse(`Expected a column of the probability of each class, got none of "${missing}".`, [
        ...field,
        'options',
        'probabilities',
        'columns',
      ]);
    return;
  }
  checkOnly(options.result, describeResults(pipeline), [...field, 'options', 'result']);
  const name = targetResult(attachment, pipeline);
  if (!isNumberPath(pipeline, name))
    throw refuse(
      `Intervals are of single numbers: expected a result that is one, got "${name}". Name another, or a column of one ("solubility.mean"), in options.result.`,
      [...field, 'options', 'result'],
    );
  if (typeof difficulty === 'object' && (predicted === null) !== (difficulty.column === undefined))
    throw refuse(
      predicted === null
        ? 'The model is asked for its predictions and for their difficulty: expected no difficulty.column without predicted.'
        : 'Beside predictions of another fit stands their own difficulty: expected difficulty.column with predicted.',
      [...field, 'options', 'difficulty'],
    );
}

/** A result, and its columns: `solubility`, `solubility.mean`. */
function pathsOf({ name, columns = [] }: ResultDescription): string[] {
  return [name, ...columns.map((column) => `${name}.${column}`)];
}

/** Whether a result, or a column of one, is one number for an instance. */
function isNumberPath(pipeline: Pipeline, path: string): boolean {
  const result = describeResults(pipeline).find((each) => pathsOf(each).includes(path));
  if (result === undefined) return false;
  if (result.name === path) return isNumber(result);
  return (result.kind === 'number' || result.kind === 'integer') && result.shape.length === 1;
}

/** Whether a result is one number for an instance. */
function isNumber({ kind, shape, columns }: ResultDescription): boolean {
  return (kind === 'number' || kind === 'integer') && columns === undefined && shape.length === 0;
}

function isLabel({ kind, shape }: ResultDescription): boolean {
  return kind === 'text' && shape.length === 0;
}

function hasColumns({ columns }: ResultDescription): boolean {
  return columns !== undefined;
}

/** Of several, one has to be named. */
function checkOnly(
  named: string | undefined,
  results: readonly ResultDescription[],
  field: readonly string[],
): void {
  if (named !== undefined || results.length < 2) return;
  const names = results.map(({ name }) => name).join(', ');
  throw refuse(
    `Expected ${field.slice(2).join('.')} to say which of the results ${names} it is, got none.`,
    field,
  );
}

function resultOf(pipeline: Pipeline, name: string | null): ResultDescription | undefined {
  return describeResults(pipeline).find((result) => result.name === name);
}

function refuse(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
