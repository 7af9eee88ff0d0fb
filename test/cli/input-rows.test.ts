import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InputFormat } from '../../cli/input/formats.js';
import { instanceArgument, readRows } from '../../cli/input/read-rows.js';
import type { Row } from '../../cli/input/row.js';
import { openText } from '../../cli/input/text-source.js';

const molecule = { instance: { kind: 'molecule' } };
const nuclide = { instance: { kind: 'nuclide' } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-input-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Reading {
  readonly format?: InputFormat;
  readonly columns?: readonly string[];
  readonly pipeline?: unknown;
}

async function rowsOf(name: string, content: string | Uint8Array, reading: Reading = {}): Promise<Row[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const source = await openText(path, { surroundings: process });
  const rows: Row[] = [];
  for await (const row of readRows(source, reading.format, reading.columns ?? [], reading.pipeline))
    rows.push(row);
  return rows;
}

const instancesOf = async (name: string, content: string | Uint8Array, reading: Reading = {}) =>
  (await rowsOf(name, content, reading)).map(({ instance }) => instance);

const ETHANOL = `ethanol
  made by hand

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2000    1.2000    0.0000 O   0  0
  1  2  1  0
  2  3  1  0
M  END
`;

describe('instances', () => {
  it.each([
    ['CCO', 'CCO'],
    ['[Na+].[Cl-]', '[Na+].[Cl-]'],
    ['{"z": 26, "n": 30}', { z: 26, n: 30 }],
    ['[1, 2]', [1, 2]],
    ['"quoted"', 'quoted'],
    ['26', '26'],
    ['null', null],
  ])('on the command line: %s', (text, instance) => expect(instanceArgument(text)).toEqual(instance));

  it.each([
    ['a.csv', '\uFEFFz,n\r\n26,30\r\n\r\n8,\r\n', [{ z: 26, n: 30 }, { z: 8 }]],
    ['a.csv', 'smiles,id\n"C(C)O",007\n', [{ smiles: 'C(C)O', id: '007' }]],
    ['a.csv', 'note,x\n"two, three",-1.5e3\n', [{ note: 'two, three', x: -1500 }]],
    ['a.csv', 'x,y\n1e999,12345678901234567890\n', [{ x: '1e999', y: '12345678901234567890' }]],
    ['a.csv', 'x,y,z\n−1.5,１２,1 000\n', [{ x: '−1.5', y: '１２', z: '1 000' }]],
    ['a.csv', 'x;y\n1,5;2\n', [{ x: '1,5', y: 2 }]],
    ['a.tsv', 'z\tn\n26\t30\n', [{ z: 26, n: 30 }]],
    ['a.jsonl', '{"z": 1}\n\n"CCO"\nnull\n', [{ z: 1 }, 'CCO', null]],
    ['a.json', '[{"z": 1}, 2, null]', [{ z: 1 }, 2, null]],
    ['a.json', '{"z": 1}', [{ z: 1 }]],
    ['a.smi', 'CCO\n[Na+].[Cl-]\n', ['CCO', '[Na+].[Cl-]']],
    ['a.txt', 'CCO\r\n\r\nCCC', ['CCO', 'CCC']],
    ['piped', 'CCO\nCCC\n', ['CCO', 'CCC']],
    ['piped', '[Na+].[Cl-]\nCCO\n', ['[Na+].[Cl-]', 'CCO']],
    ['piped', 'z,n\n1,2\n', [{ z: 1, n: 2 }]],
    ['piped', '{"z": 1}\n', [{ z: 1 }]],
    ['piped', '', []],
  ])('in %s: %j', async (name, content, instances) => {
    expect(await instancesOf(name, content)).toEqual(instances);
  });

  it('unpacks gzip, whatever its name says', async () => {
    const packed = gzipSync('smiles,id\nCCO,1\n');
    expect(await instancesOf('a.csv.gz', packed)).toEqual([{ smiles: 'CCO', id: 1 }]);
    expect(await instancesOf('a.csv', packed)).toEqual([{ smiles: 'CCO', id: 1 }]);
    await expect(instancesOf('cut.csv.gz', packed.subarray(0, 20))).rejects.toThrow(/Could not read .*cut/);
  });

  it('takes the format over the name', async () => {
    expect(await instancesOf('a.csv', 'CCO\n', { format: 'text' })).toEqual(['CCO']);
  });

  it('keeps a character that two pieces of the file share', async () => {
    const long = `smiles,note\n${Array.from({ length: 9_000 }, (_, index) => `C,é${index}`).join('\n')}\n`;
    const rows = await rowsOf('long.csv', long, { pipeline: molecule });
    expect(rows.every(({ columns }, index) => columns.note === `é${index}`)).toBe(true);
    expect(rows).toHaveLength(9_000);
  });
});

describe('columns of a table', () => {
  it.each([
    ['SMILES ,Name\nCCO,ethanol\n', [], { smiles: 'CCO' }, { Name: 'ethanol' }],
    ['id,structure\n1,CCO\n', ['smiles=structure'], { smiles: 'CCO' }, { id: '1' }],
    ['id,Structure,smiles\n1,CCO,C\n', ['smiles=structure'], { smiles: 'CCO' }, { id: '1', smiles: 'C' }],
  ])('are matched to a molecule: %j %j', async (content, columns, instance, carried) => {
    const [row] = await rowsOf('m.csv', content, { pipeline: molecule, columns });
    expect(row).toMatchObject({ instance, columns: carried, fault: null });
  });

  it.each([
    ['Z,N,A\n26,30,56\n', { z: 26, n: 30 }, { A: '56' }],
    ['symbol,a,z\nFe,56,26\n', { symbol: 'Fe', a: 56 }, { z: '26' }],
  ])('are matched to a nuclide: %j', async (content, instance, carried) => {
    const [row] = await rowsOf('n.csv', content, { pipeline: nuclide });
    expect(row).toMatchObject({ instance, columns: carried });
  });

  it.each([
    [
      'id,structure\n1,CCO\n',
      [],
      /has the columns "id", "structure": expected smiles, or molblock.*--column smiles=COLUMN/,
    ],
    ['CCO\nCCC\n', [], /has the columns "CCO": .*--format smi or text/],
    ['id\n1\n', ['smiles=gone'], /--column: there is no column "gone"/],
    ['id\n1\n', ['smile=id'], /a molecule has the fields smiles, molblock, got "smile"/],
    ['Smiles,SMILES\nC,C\n', [], /two of them could be "smiles"/],
    ['id\n1\n', ['smiles'], /expected FIELD=COLUMN/],
  ])('that do not fit are refused: %j %j', async (content, columns, message) => {
    await expect(rowsOf('m.csv', content, { pipeline: molecule, columns })).rejects.toThrow(message);
  });

  it('a row of another length is its own fault', async () => {
    const rows = await rowsOf('m.csv', 'smiles,id\nCCO,1\nCCC\nCC,2,3\nC,4,\n', { pipeline: molecule });
    expect(rows.map(({ line, fault }) => [line, fault])).toEqual([
      [2, null],
      [3, 'It has 1 cells: expected 2, as in the header.'],
      [4, 'It has 3 cells: expected 2, as in the header.'],
      [5, null],
    ]);
  });
});

describe('files of molecules', () => {
  it('.smi has names behind the SMILES, and perhaps a header', async () => {
    const rows = await rowsOf('a.smi', 'SMILES Name\nCCO ethanol, absolute\nCCC\tpropane\n\nC\nCC |^1:0|\n');
    expect(rows.map(({ instance, name }) => [instance, name])).toEqual([
      ['CCO', 'ethanol, absolute'],
      ['CCC', 'propane'],
      ['C', null],
      [null, null],
    ]);
    expect(rows[3]?.fault).toMatch(/CXSMILES, which is not read/);
  });

  it('.sdf has records with names and data', async () => {
    const rows = await rowsOf(
      'a.sdf',
      `${ETHANOL}> <ID>\n7\n\n>  2 <NOTE> (x)\ntwo\nlines\n\n$$$$\nbroken\n$$$$\n${ETHANOL}`,
    );
    expect(rows).toEqual([
      {
        line: 18,
        name: 'ethanol',
        columns: { ID: '7', NOTE: 'two\nlines' },
        fault: null,
        instance: { molblock: ETHANOL },
      },
      expect.objectContaining({ name: 'broken', fault: 'The record has no line "M  END" before its $$$$.' }),
      expect.objectContaining({ name: 'ethanol', instance: { molblock: ETHANOL } }),
    ]);
    expect((await rowsOf('piped', ETHANOL)).map(({ name }) => name)).toEqual(['ethanol']);
    const dos = await instancesOf('dos.sdf', ETHANOL.replaceAll('\n', '\r\n'));
    expect(dos).toEqual([{ molblock: ETHANOL }]);
  });
});

describe('what cannot be read', () => {
  it('says which line is wrong, and goes on', async () => {
    const rows = await rowsOf('a.jsonl', '{"z": 1}\n{"z": \n2\n');
    expect(rows.map(({ instance }) => instance)).toEqual([{ z: 1 }, null, 2]);
    expect(rows[1]?.fault).toMatch(/^Line 2 is not JSON/);
  });

  it.each([
    ['a.json', '[1', /a\.json is not JSON/],
    ['a.csv', 'x\n"open', /a\.csv is not a table of CSV.*line 2/],
    ['utf16.csv', Buffer.from('\ufeffsmiles\nC\n', 'utf16le'), /UTF-16: expected UTF-8/],
    ['a.smi', 'C', /--column is about a table/, ['smiles=x']],
  ] as const)('%s as a whole', async (name, content, message, columns: readonly string[] = []) => {
    await expect(rowsOf(name, content, { columns })).rejects.toThrow(message);
  });
});
