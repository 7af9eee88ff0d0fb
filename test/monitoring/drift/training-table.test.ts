import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { VersionRecord } from '../../../src/catalog/index.js';
import { readTrainingTable } from '../../../src/monitoring/drift/training-table.js';

const version = {
  ref: 'tensors@1',
  pipeline: null,
  signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], outputs: [] },
} as unknown as VersionRecord;

async function* bytesOf(text: string | Uint8Array) {
  yield Buffer.from(text);
}

const read = (text: string | Uint8Array) => readTrainingTable(bytesOf(text), version, 100, Math.random);

describe('a table of training data for a version without a pipeline', () => {
  const expected = { rows: [{ x: [1.5, -2] }, { x: [3, 4000] }], total: 2 };

  it.each([
    ['with points', 'x[0],x[1]\n1.5,-2\n3,4e3\n'],
    ['with decimal commas', 'x[0];X[1]\n1,5;-2\n3,0;4000\n'],
    ['packed', gzipSync('\ufeffx[1],note,x[0]\r\n-2,"a, b",1.5\r\n4000,,3\r\n')],
  ])('is read %s', async (_, text) => {
    expect(await read(text)).toEqual(expected);
  });

  it.each([
    ['', /^Expected a CSV file with a header and rows\. The table is empty/],
    ['x[0],x[1]\n', /^Expected a CSV file with a header and at least one row, got none/],
    ['a,b\n1,2\n', /^Expected a column "x", or x\[0\], x\[1\] and so on, got "a", "b"\.$/],
    ['x[0],x[1]\n1,2\n"3,4\n', /^The table cannot be read in line 3: /],
  ])('is refused: %j', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['csv'],
      message: expect.stringMatching(message),
    });
  });
});
