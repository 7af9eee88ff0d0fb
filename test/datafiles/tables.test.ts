import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FieldReader, textRows } from '../../src/datafiles/index.js';
import { readAll } from './support.js';

const rowsOf = async (text: string | Uint8Array, format: 'CSV' | 'TSV' = 'CSV') =>
  (await readAll(text, format)).rows;

describe('a table', () => {
  it('has rows by their columns, each with the line it begins on', async () => {
    expect(await rowsOf('name,smiles\nethanol,CCO\n"two\nlines",CC\n\nlast,"C,""C"')).toEqual([
      { line: 2, row: { name: 'ethanol', smiles: 'CCO' } },
      { line: 3, row: { name: 'two\nlines', smiles: 'CC' } },
      { line: 6, row: { name: 'last', smiles: 'C,"C' } },
    ]);
  });

  it('costs a malformed row that row alone', async () => {
    const rows = await rowsOf('a,b\n1\n2,3,4\n"x"y,5\n6,"open\n7,8\n9,10\n');
    expect(rows).toEqual([
      expect.objectContaining({ line: 2, error: 'It has 1 cells: expected 2, as in the header.' }),
      expect.objectContaining({ line: 3, error: 'It has 3 cells: expected 2, as in the header.' }),
      expect.objectContaining({ line: 4, error: expect.stringContaining('stands where it cannot') }),
      expect.objectContaining({ line: 5, error: expect.stringContaining('never closed') }),
      { line: 6, row: { a: '7', b: '8' } },
      { line: 7, row: { a: '9', b: '10' } },
    ]);
  });

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffa,µ\r\n1,ä\r\n')],
    ['UTF-16 with a mark', Buffer.from('\ufeffa,µ\r\n1,ä\r\n', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeffa,µ\r\n1,ä\r\n', 'utf16le').swap16()],
    ['Latin-1', Buffer.from('a,µ\r\n1,ä\r\n', 'latin1')],
    ['gzip', gzipSync('a,µ\r1,ä\r')],
    ['two line ends', Buffer.from('a,µ\n1,ä\r\n')],
  ])('is read in %s', async (_, bytes) => {
    expect(await rowsOf(bytes)).toEqual([{ line: 2, row: { a: '1', µ: 'ä' } }]);
  });

  it('in Latin-1 says so, and refuses only the rows that are not UTF-8 in a file that is', async () => {
    const ascii = `a,b\n${'1,2\n'.repeat(20_000)}`;
    const late = await readAll(Buffer.from(`${ascii}µ,3\n`, 'latin1'), 'CSV', { pieceBytes: 4_096 });
    expect(late.taken).toEqual(['text in Latin-1 (windows-1252)']);
    expect(late.rows.at(-1)).toEqual({ line: 20_002, row: { a: 'µ', b: '3' } });
    const mixed = await rowsOf(Buffer.concat([Buffer.from('a,b\nµ,1\n'), Buffer.from([0xb5, 0x2c, 0x32])]));
    expect(mixed).toEqual([
      { line: 2, row: { a: 'µ', b: '1' } },
      expect.objectContaining({ line: 3, error: 'It holds bytes that are not text in UTF-8.' }),
    ]);
  });

  it.each([
    ['a;b,c\n1;2\n3;4\n', ';', ['a', 'b,c']],
    ['a\tb\n1\t2\n', '\t', ['a', 'b']],
    ['"a;b",c\n1,2\n', ',', ['a;b', 'c']],
    ['smiles\nCCO\n', ',', ['smiles']],
  ])('finds what divides %j', async (text, _delimiter, columns) => {
    expect((await readAll(text, 'CSV')).description.columns).toEqual(columns);
  });

  it.each([
    ['', 'is empty'],
    ['\n \n', 'is empty'],
    ['a,a\n1,2\n', 'two columns of the name "a": "a", "a"'],
    ['a,b;c\n1,2;3\n', 'cannot be told what divides'],
    [Buffer.from([1, 0, 2, 0, 0, 5, 0, 0, 9]), 'is not text'],
    [gzipSync('a,b\n1,2\n'.repeat(999)).subarray(0, 30), 'cannot be unpacked'],
  ])('refuses %j as a whole', async (bytes, why) => {
    await expect(readAll(bytes, 'CSV')).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining(why),
    });
  });

  it('refuses what unpacks to hundreds of times its size', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 ** 2, `${'a'.repeat(100_000)},b\n`));
    await expect(readAll(bomb, 'CSV', { pieceBytes: 65_536 })).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining('unpacks to more than 200 times'),
    });
  });

  it('takes tabs without quotation marks as they are', async () => {
    expect(await rowsOf('a\tb\n"x"\t5" pipe\n"y\tz\n', 'TSV')).toEqual([
      { line: 2, row: { a: 'x', b: '5" pipe' } },
      { line: 3, row: { a: '"y', b: 'z' } },
    ]);
  });

  it('reads back what is written, whatever the cells and wherever it is cut', async () => {
    const cell = fc
      .string({ unit: fc.constantFrom(...'ab,;"\n\r \té1'.split('')), maxLength: 8 })
      .filter((text) => text.trim() === text);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 30 }),
        async (cells, pieceBytes) => {
          const columns = ['one', 'two', 'three'];
          const rows = cells
            .filter((row) => row.some((text) => text !== ''))
            .map((row) => Object.fromEntries(row.map((text, index) => [columns[index] ?? '', text])));
          const layout = textRows('CSV', columns);
          const text = layout.header + rows.map((row) => layout.row(row)).join('');
          const read = await readAll(text, 'CSV', { pieceBytes });
          expect(read.rows.map((each) => each.row)).toEqual(rows);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('fields of a table', () => {
  const fieldsOf = async (text: string, as: 'number' | 'any' = 'number') => {
    const { description, rows } = await readAll(text, 'CSV');
    const reader = new FieldReader(description, [{ name: 'T', as }]);
    return rows.map(({ row = {} }) => {
      try {
        return reader.read(row).T;
      } catch (error) {
        return (error as Error).message;
      }
    });
  };

  it('are found without regard to case, and numbers read with the decimal comma of their column', async () => {
    expect(await fieldsOf('t;x\n25,5;1.5\n1,234;2.5\n-3;1\n')).toEqual([25.5, 1.234, -3]);
    expect(await fieldsOf('t,x\n25.5,1\n1e3,2\n')).toEqual([25.5, 1000]);
  });

  it('are never guessed: what could be two numbers is refused', async () => {
    expect(await fieldsOf('t;x\n1,234;1\n')).toEqual([expect.stringContaining('may be written with')]);
    expect(await fieldsOf('t;x\n1,5;1\n2.5;1\n')).toEqual([
      expect.stringContaining('the column has both'),
      expect.stringContaining('the column has both'),
    ]);
    expect(await fieldsOf('t;x\n0,5;1\n1.234;2\n')).toEqual([
      0.5,
      expect.stringContaining('a decimal point where other numbers of the file have decimal commas'),
    ]);
    expect(await fieldsOf('t\n12 000\nabc\n1e999\n""\n7\n')).toEqual([
      expect.stringContaining('Expected a number, got "12 000"'),
      'Expected a number, got "abc".'.replace('Expected', '"T": Expected'),
      expect.stringContaining('too large'),
      7,
    ]);
    expect(await fieldsOf('t,u\n,1\n', 'number')).toEqual(['The column "T" is empty: expected a number.']);
  });

  it('of any kind stay text where a number would lose something', async () => {
    expect(
      await fieldsOf('t,x\n007,1\n12345678901234567890,1\n-0.5e3,1\n"[1, 2]",1\nCCO,1\n', 'any'),
    ).toEqual(['007', '12345678901234567890', -500, [1, 2], 'CCO']);
  });

  it('that are missing are told with the columns there are', async () => {
    const { description } = await readAll('SMILE,y\nC,1\n', 'CSV');
    expect(() => new FieldReader(description, [{ name: 'smiles', as: 'text' }], 'table')).toThrow(
      'table has no column "smiles": it has "SMILE", "y". Did you mean "SMILE"? Say by columns which column is "smiles".',
    );
    const twice = await readAll('a,A\n1,2\n', 'CSV');
    expect(() => new FieldReader(twice.description, [{ name: 'Aa', as: 'text', column: 'aA' }])).toThrow();
  });
});
