import { isLong, type Tensor } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Ending } from '../../platform/in-turns.js';
import { writtenText } from '../../http/index.js';
import { nestedPieces, rowsBetween, rowSize } from './nested-pieces.js';
import { toNested, toRows } from './nested-tensor.js';
import type { PredictCall } from './predict.js';

/** Elements of rows that are written at once. */
const PIECE_ELEMENTS = 4_096;

/**
 * The answer's body as JSON. One output drops its name. Where writing takes long, others have their turns meanwhile.
 *
 * @param outputs those that checkRows has let pass
 * @throws `until.reason`
 */
export function predictAnswer(
  call: PredictCall,
  outputs: readonly Tensor[],
  until: Ending,
): string | Promise<Buffer> {
  const pieces = call.form === 'columnar' ? columnPieces(outputs) : rowPieces(outputs, call.instances.length);
  return outputs.some(isLong) ? writtenText(pieces, until) : [...pieces].join('');
}

/** @throws DomainError INVALID_ARGUMENT where instances do not have a row each */
export function checkRows(call: PredictCall, outputs: readonly Tensor[]): void {
  if (call.form === 'columnar') return;
  const rows = call.instances.length;
  const other = outputs.find(({ shape }) => shape[0] !== rows);
  if (!other) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Output "${other.name}" has shape [${other.shape.join(',')}] and not one row for each of the ${rows} instances: send "inputs" in columnar form.`,
  );
}

function* columnPieces(outputs: readonly Tensor[]): Generator<string> {
  const [only] = outputs;
  yield '{"outputs":';
  yield* only && outputs.length === 1 ? tensorPieces(only) : namedPieces(outputs);
  yield '}';
}

function* rowPieces(outputs: readonly Tensor[], rows: number): Generator<string> {
  yield '{"predictions":[';
  const size = outputs.reduce((sum, tensor) => sum + rowSize(tensor), 0);
  const together = Math.max(1, Math.floor(PIECE_ELEMENTS / Math.max(1, size)));
  for (let from = 0; from < rows; from += together) {
    if (from > 0) yield ',';
    const some = outputs.map((tensor) => rowsBetween(tensor, from, Math.min(rows, from + together)));
    if (size > PIECE_ELEMENTS) yield* longRow(some);
    else yield rowTexts(some).join(',');
  }
  yield ']}';
}

function rowTexts(outputs: readonly Tensor[]): string[] {
  const columns = outputs.map(toRows);
  const [only] = columns;
  if (only && columns.length === 1) return only;
  const rows = outputs[0]?.shape[0] ?? 0;
  return Array.from(
    { length: rows },
    (_, row) =>
      `{${outputs.map(({ name }, index) => named(name, columns[index]?.[row] ?? 'null')).join(',')}}`,
  );
}

/** @param outputs of one row */
function longRow(outputs: readonly Tensor[]): Generator<string> {
  const tensors = outputs.map((tensor) => ({ ...tensor, shape: tensor.shape.slice(1) }));
  const [only] = tensors;
  return only && tensors.length === 1 ? tensorPieces(only) : namedPieces(tensors);
}

function* namedPieces(tensors: readonly Tensor[]): Generator<string> {
  yield '{';
  for (const [index, tensor] of tensors.entries()) {
    yield `${index === 0 ? '' : ','}${named(tensor.name, '')}`;
    yield* tensorPieces(tensor);
  }
  yield '}';
}

function* tensorPieces(tensor: Tensor): Generator<string> {
  if (isLong(tensor)) yield* nestedPieces(tensor);
  else yield toNested(tensor);
}

function named(name: string, text: string): string {
  return `${JSON.stringify(name)}:${text}`;
}
