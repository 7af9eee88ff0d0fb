import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUnreadable, openRows, type FileFormat } from '../../../src/datafiles/index.js';
import { derivedPipeline, rowsAsInstances, type Pipeline } from '../../../src/pipelines/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function instances(
  pipeline: Pipeline,
  format: FileFormat,
  text: string,
  columns: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const path = join(folder, 'rows');
  await writeFile(path, text);
  const rows = openRows(path, { format });
  const { instanceOf } = rowsAsInstances(
    pipeline,
    await rows.describe(),
    new Map(Object.entries(columns)),
    'The file',
  );
  const made: unknown[] = [];
  for await (const some of rows.batches())
    for (const row of some) made.push(isUnreadable(row) ? row.error : instanceOf(row.row));
  return made;
}

function ofKind(kind: 'molecule' | 'nuclide' | 'particles'): Pipeline {
  return {
    format: 1,
    instance:
      kind === 'particles'
        ? { kind, maximum: 10 }
        : kind === 'molecule'
          ? { kind, fragments: 'warn' }
          : { kind },
    inputs: {},
    outputs: {},
    result: {},
  };
}

describe('rows of a file', () => {
  it('are molecules by their SMILES or their MOL files, whatever stands beside', async () => {
    expect(
      await instances(ofKind('molecule'), 'CSV', 'id,Structure\n1,CCO\n', { smiles: 'structure' }),
    ).toEqual([{ smiles: 'CCO' }]);
    expect(await instances(ofKind('molecule'), 'JSONL', '{"molblock":"x","id":1}\n{"SMILES":"C"}\n')).toEqual(
      [{ molblock: 'x' }, { smiles: 'C' }],
    );
  });

  it('are nuclides by either of their names', async () => {
    expect(await instances(ofKind('nuclide'), 'CSV', 'a,symbol,note\n56,Fe,x\n')).toEqual([
      { symbol: 'Fe', a: 56 },
    ]);
    expect(await instances(ofKind('nuclide'), 'CSV', 'n,z\n30,26\n')).toEqual([{ z: 26, n: 30 }]);
  });

  it('are particles with what stands beside them left out', async () => {
    expect(
      await instances(ofKind('particles'), 'CSV', 'id,positions,box\n7,"[[0,0,0]]",8\n8,"[[1,0,0]]",\n'),
    ).toEqual([{ positions: [[0, 0, 0]], box: 8 }, { positions: [[1, 0, 0]] }]);
  });

  it('are fields of a table, in its own way of writing numbers', async () => {
    const pipeline = derivedPipeline({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
    });
    expect(await instances(pipeline, 'CSV', 'x;note\n1,5;a\n2,25;b\n')).toEqual([{ x: 1.5 }, { x: 2.25 }]);
  });

  describe('with a vector', () => {
    const pipeline = derivedPipeline({
      inputs: [
        { name: 'x', datatype: 'FP64', shape: [-1, 3] },
        { name: 't', datatype: 'FP64', shape: [-1, 1] },
      ],
      outputs: [{ name: 'y', datatype: 'FP64', shape: [-1, 1] }],
    });

    it('have it in one cell as a list, or in a column for each element', async () => {
      const vectors = [{ x: [1, 2.5, -3], t: 7 }];
      expect(await instances(pipeline, 'CSV', 'x,t\n"[1, 2.5, -3]",7\n')).toEqual(vectors);
      expect(await instances(pipeline, 'CSV', 'x.2,x.0,t,x.1\n-3,1,7,2.5\n')).toEqual(vectors);
      expect(await instances(pipeline, 'CSV', 'x.0;x.1;x.2;t\n1;2,5;-3;7\n')).toEqual(vectors);
      expect(await instances(pipeline, 'JSONL', '{"x": [1, 2.5, -3], "t": 7}\n')).toEqual(vectors);
    });

    it('take the columns that its elements are said to be in, before one of its own name', async () => {
      expect(
        await instances(pipeline, 'CSV', 'x,a,b,c,t\nnote,1,2,3,7\n', { 'x.0': 'a', 'x.1': 'b', 'x.2': 'c' }),
      ).toEqual([{ x: [1, 2, 3], t: 7 }]);
    });

    it('are refused where an element has no column, is empty or is none of the vector', async () => {
      await expect(instances(pipeline, 'CSV', 'x.0,x.1,t\n1,2,7\n')).rejects.toMatchObject({
        code: 'COLUMN_NOT_FOUND',
        message: expect.stringContaining('no column "x.2"'),
      });
      await expect(instances(pipeline, 'CSV', 'x.0,x.1,x.2,t\n1,,3,7\n')).rejects.toThrow(
        'The column "x.1" is empty',
      );
      await expect(instances(pipeline, 'CSV', 'x,t\n1,7\n', { 'x.3': 'x' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('fields x, t, got one of "x.3"'),
      });
    });
  });

  it('say which fields there are when a column is given for another', async () => {
    await expect(instances(ofKind('nuclide'), 'CSV', 'z,n\n1,1\n', { smiles: 'z' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/fields z, n, symbol, a, got one of "smiles"/),
      field: ['columns', 'smiles'],
    });
  });
});
