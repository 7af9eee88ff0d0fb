/** Rows of one statement: few enough for its parameters, and small enough to be held twice. */
const MAX_ROWS = 500;
const MAX_CHARACTERS = 4_000_000;

/** Rows in groups that one statement can write, in their order. */
export function* batches<Row>(rows: readonly Row[]): Generator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    const size = JSON.stringify(row, plainBigInt).length;
    if (batch.length > 0 && (batch.length >= MAX_ROWS || characters + size > MAX_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(row);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}

function plainBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
