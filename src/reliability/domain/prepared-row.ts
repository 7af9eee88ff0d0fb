import type { PreparedBatch } from '../../pipelines/index.js';
import { fromHalf, type Tensor } from '../../tensors/index.js';

/** What a domain looks at of an instance. */
export interface PreparedRow {
  /** What describes it: descriptors, fields and what ranges may bound. */
  readonly quantities: Readonly<Record<string, number>>;
  /** All numbers that the model gets, input by input; null where it gets texts, or nobody asks. */
  readonly vector: Float64Array | null;
}

/**
 * The rows of a batch by the places of their instances; those that could not be read are left out. Before the graph runs,
 * which may take the tensors away.
 */
export function preparedRows(batch: PreparedBatch): (PreparedRow | undefined)[] {
  const rows: (PreparedRow | undefined)[] = [];
  const whole = batch.isStacked && batch.rows > 0 ? batch.tensors(0, batch.rows) : null;
  for (let row = 0; row < batch.rows; row += 1)
    rows[batch.placeOf(row)] = {
      quantities: batch.quantities(row),
      vector: whole ? vectorOf(whole, row, batch.rows) : vectorOf(batch.tensors(row, row + 1), 0, 1),
    };
  return rows;
}

function vectorOf(tensors: readonly Tensor[], row: number, rows: number): Float64Array | null {
  if (tensors.some(({ datatype }) => datatype === 'BYTES')) return null;
  const parts = tensors.map(({ data }) => data.length / rows);
  const vector = new Float64Array(parts.reduce((sum, width) => sum + width, 0));
  let at = 0;
  for (const [place, { data, datatype }] of tensors.entries()) {
    const width = parts[place] ?? 0;
    for (let column = row * width; column < (row + 1) * width; column += 1) {
      const value = Number(data[column]);
      vector[at++] = datatype === 'FP16' ? fromHalf(value) : value;
    }
  }
  return vector;
}
