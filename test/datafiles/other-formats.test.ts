import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ColumnType, openRows, textRows, writeParquet, type FileRow } from '../../src/datafiles/index.js';
import { readAll } from './support.js';

describe('JSON lines', () => {
  it('have columns where they are objects, and their own fault where they are no JSON', async () => {
    const { rows, description } = await readAll('{"a":1}\n"CCO"\n{bad\n\n[1]', 'JSONL');
    expect(description.columns).toBeNull();
    expect(rows).toEqual([
      { line: 1, row: { a: 1 } },
      { line: 2, row: {}, bare: 'CCO' },
      { line: 3, error: expect.stringContaining('The line is not JSON') },
      { line: 5, row: {}, bare: [1] },
    ]);
  });
});

describe('a file of SMILES', () => {
  it('has names, and keeps what stands between bars with the SMILES', async () => {
    const { rows } = await readAll('smiles name\r\nCCO ethyl alcohol\r\n\r\nCC |^1:0| radical\r\nC', 'SMI');
    expect(rows).toEqual([
      { line: 2, row: { smiles: 'CCO', name: 'ethyl alcohol' } },
      { line: 4, row: { smiles: 'CC |^1:0|', name: 'radical' } },
      { line: 5, row: { smiles: 'C', name: null } },
    ]);
  });
});

describe('an SDF', () => {
  const record = (title: string, fields: string) =>
    `${title}\n  x\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n${fields}$$$$\n`;

  it('has MOL files with their data as columns, and one without an end is its own fault', async () => {
    const text = `${record('ethanol', '> <log S>\n0.8\n\n> <name>\nother\n\n')}broken\n$$$$\n${record('', '')}`;
    const { rows } = await readAll(text, 'SDF');
    expect(rows).toMatchObject([
      { line: 1, row: { name: 'ethanol', 'log S': '0.8', name_2: 'other' } },
      { line: 13, row: { molblock: null, name: 'broken' }, error: expect.stringContaining('M  END') },
      { line: 15, row: { name: null } },
    ]);
  });

  it('is read back as it was written', async () => {
    const [first] = (await readAll(record('a', ''), 'SDF')).rows;
    const layout = textRows('SDF', []);
    const written = layout.row({ ...first?.row, value: 1.5, note: 'one\n\n$$$$ two' });
    const { rows } = await readAll(written, 'SDF');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).toMatchObject({ name: 'a', value: '1.5', note: 'one\n $$$$ two' });
  });
});

describe('Parquet', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'retort-parquet-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('is read back as it was written, row group by row group', async () => {
    const path = join(folder, 'rows.parquet');
    const rows = Array.from({ length: 120_000 }, (_, index) => ({
      text: index % 5 === 0 ? null : `row ${index}`,
      value: index / 3,
      count: index,
      list: [index, 'x'],
      even: index % 2 === 0,
    }));
    const types = new Map(Object.keys(rows[0] ?? {}).map((name) => [name, new ColumnType()]));
    for (const row of rows.slice(0, 10))
      for (const [name, value] of Object.entries(row)) types.get(name)?.add(value);
    const columns = [...types].map(([name, { type }]) => ({ name, type }));
    expect(columns.map(({ type }) => type)).toEqual(['STRING', 'DOUBLE', 'INT64', 'JSON', 'BOOLEAN']);
    const file = await open(path, 'w');
    const append = async (bytes: Uint8Array) => {
      await file.write(bytes);
    };
    await writeParquet(append, columns, batches(rows, 1_000));
    await file.close();

    const opened = openRows(path, { format: 'PARQUET' });
    expect((await opened.describe()).columns).toEqual(['text', 'value', 'count', 'list', 'even']);
    const read: FileRow[] = [];
    for await (const row of opened) read.push(row);
    expect(read).toHaveLength(rows.length);
    for (const index of [0, 1, 49_999, 50_000, 119_999])
      expect(read[index]).toEqual({ line: index + 1, row: rows[index] });
  });

  it.each([
    ['text', Buffer.from('a,b\n1,2\n'), 'expected it to begin with PAR1'],
    ['gzip', gzipSync('PAR1'), 'is packed by gzip'],
    ['a file that was cut', Buffer.from('PAR1 and then nothing that ends it'), 'no Parquet footer'],
    ['nothing', Buffer.alloc(0), 'expected it to begin with PAR1'],
  ])('refuses %s', async (_, bytes, why) => {
    const path = join(folder, 'other.parquet');
    await writeFile(path, bytes);
    await expect(openRows(path, { format: 'PARQUET' }).describe()).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining(why),
    });
  });
});

async function* batches<Row>(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}
