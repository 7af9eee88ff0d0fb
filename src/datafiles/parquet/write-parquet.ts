import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
}

/** JSON is for lists and objects. */
export type ParquetType = 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'STRING' | 'JSON';

/** In the words of the writer, which brings a reader of its own. */
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const GROUP_ROWS = 50_000;

const ELEMENTS: Readonly<Record<ParquetType, Omit<SchemaElement, 'name'>>> = {
  BOOLEAN: { type: 'BOOLEAN' },
  INT64: { type: 'INT64' },
  DOUBLE: { type: 'DOUBLE' },
  STRING: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  JSON: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
};

/** Writes rows as a Parquet file, a row group at a time; every column may be empty. @throws what `append` throws */
export async function writeParquet(
  append: (bytes: Buffer) => Promise<void>,
  columns: readonly ParquetColumn[],
  batches: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>,
): Promise<void> {
  const bytes = new ByteWriter(1024 ** 2);
  const flush = async (): Promise<void> => {
    await append(Buffer.from(bytes.getBytes()));
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ ...ELEMENTS[type], name, repetition_type: 'OPTIONAL' as const })),
    ],
    createdBy: 'retort',
  });
  let rows: Readonly<Record<string, unknown>>[] = [];
  const writeGroup = async (): Promise<void> => {
    await writer.write({
      columnData: columns.map(({ name, type }) => ({
        name,
        data: rows.map((row) => storedValue(row[name], type)),
      })),
      rowGroupSize: GROUP_ROWS,
    });
    rows = [];
    await flush();
  };
  for await (const batch of batches) {
    rows.push(...batch);
    if (rows.length >= GROUP_ROWS) await writeGroup();
  }
  if (rows.length > 0) await writeGroup();
  await writer.finish();
  await flush();
}

function storedValue(value: unknown, type: ParquetType): unknown {
  if (value === null || value === undefined) return undefined;
  switch (type) {
    case 'INT64':
      return BigInt(value as number);
    case 'STRING':
      if (typeof value === 'bigint') return value.toString();
      return typeof value === 'string' ? value : JSON.stringify(value);
    default:
      return value;
  }
}

/** Finds a type for a column from all its values. */
export class ColumnType {
  private readonly seen = new Set<ParquetType>();

  add(value: unknown): void {
    if (value === null || value === undefined) return;
    if (typeof value === 'boolean') this.seen.add('BOOLEAN');
    else if (typeof value === 'number') this.seen.add(Number.isSafeInteger(value) ? 'INT64' : 'DOUBLE');
    else this.seen.add(typeof value === 'object' ? 'JSON' : 'STRING');
  }

  get type(): ParquetType {
    const [only] = this.seen;
    if (only === undefined) return 'STRING';
    if (this.seen.size === 1) return only;
    const isNumeric = [...this.seen].every((type) => type === 'INT64' || type === 'DOUBLE');
    return isNumeric ? 'DOUBLE' : 'STRING';
  }
}
