import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_ROWS, readRows } from '../../../web/dashboard/playground/rows/read-rows.js';
import { separatorOf, splitCsv } from '../../../web/dashboard/playground/rows/split-csv.js';

const cellsOf = (text: string, separator: ',' | ';' | '\t' = ',') =>
  splitCsv(text, separator).map(({ cells }) => cells);

describe('splitCsv', () => {
  it.each([
    {
      text: 'a,b\n1,2\n',
      cells: [
        ['a', 'b'],
        ['1', '2'],
      ],
    },
    {
      text: 'a,b\r\n1,\r\n',
      cells: [
        ['a', 'b'],
        ['1', ''],
      ],
    },
    { text: '\ufeffa\n"1\n""2"""', cells: [['a'], ['1\n"2"']] },
    {
      text: '"a",""\n\n,x',
      cells: [
        ['a', ''],
        ['', 'x'],
      ],
    },
    { text: 'a,b,', cells: [['a', 'b', '']] },
    { text: '', cells: [] },
  ])('reads $text', ({ text, cells }) => expect(cellsOf(text)).toEqual(cells));

  it('says in which line a quote is wrong', () => {
    expect(() => cellsOf('a\n"x')).toThrow('Line 2: a field begins with a quote that is never closed');
    expect(() => cellsOf('a\n"x"y')).toThrow('Line 2: expected a separator');
  });

  it('knows the line each row begins in', () => {
    expect(splitCsv('a\n"1\n2"\n3', ',').map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it('reads back what it is given, whatever the cells hold', () => {
    const table = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { minLength: 1 });
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(table, (rows) => {
        expect(cellsOf(rows.map((row) => row.map(quoted).join(',')).join('\n'))).toEqual(rows);
      }),
    );
  });

  it('finds the separator in the first line', () => {
    expect(['a,b', 'a;b', 'a\tb', 'smiles', 'a,b;c,d'].map(separatorOf)).toEqual([',', ';', '\t', ',', ',']);
  });
});

describe('readRows', () => {
  const molecules = (name: string, text: string) => readRows(name, text, 'molecule').instances;
  const nuclides = (name: string, text: string) => readRows(name, text, 'nuclide').instances;

  it.each([
    { name: 'a.csv', text: 'id,SMILES\n1,CCO\n2,"C(=O)O"\n' },
    { name: 'a.tsv', text: 'smiles\tid\nCCO\t1\nC(=O)O\t2' },
    { name: 'A.SMI', text: 'CCO ethanol\r\n\r\nC(=O)O\tformic acid\n' },
    { name: 'a.json', text: '["CCO", "C(=O)O"]' },
    { name: 'a.jsonl', text: '"CCO"\n"C(=O)O"\n' },
    { name: 'a.csv', text: 'CCO\nC(=O)O\n' },
  ])('reads molecules out of $name', ({ name, text }) =>
    expect(molecules(name, text)).toEqual(['CCO', 'C(=O)O']),
  );

  it('reads structures, each up to its end', () => {
    const block = (name: string) => `${name}\n\n\n  0  0 V2000\nM  END\n`;
    expect(molecules('a.sdf', `${block('a')}> <id>\n1\n\n$$$$\n${block('b')}$$$$\n`)).toEqual([
      { molblock: block('a') },
      { molblock: block('b') },
    ]);
  });

  it('reads nuclides by their numbers or their symbols', () => {
    expect(nuclides('a.csv', 'Z,N,mass\n26,30,55.9\n82,x,1')).toEqual([
      { z: 26, n: 30 },
      { z: 82, n: 'x' },
    ]);
    expect(nuclides('a.csv', 'symbol;a\nFe;56')).toEqual([{ symbol: 'Fe', a: 56 }]);
    expect(nuclides('a.jsonl', '{"z":26,"n":30}')).toEqual([{ z: 26, n: 30 }]);
  });

  it('takes the first thousand of more, and says how many there are', () => {
    const { instances, total } = readRows('a.smi', 'C\n'.repeat(MOST_ROWS + 5), 'molecule');
    expect([instances.length, total]).toEqual([MOST_ROWS, MOST_ROWS + 5]);
  });

  it.each([
    { name: 'a.xlsx', text: '', message: /expected a file that ends with \.csv/ },
    { name: 'a.csv', text: 'id,name\n1,x', message: /Expected a column named "smiles", got "id", "name"/ },
    {
      name: 'a.csv',
      text: 'smiles,id\nCCO',
      message: /Line 2: expected 2 fields as in the first line, got 1/,
    },
    { name: 'a.jsonl', text: '"CCO"\n{', message: /Line 2 is not JSON/ },
    { name: 'a.json', text: '{', message: /The file is not JSON/ },
    { name: 'a.smi', text: '\n\n', message: /has no row/ },
  ])('says what is wrong with $name', ({ name, text, message }) => {
    expect(() => molecules(name, text)).toThrow(message);
  });

  it('refuses molecules for a model of nuclides', () => {
    expect(() => nuclides('a.smi', 'CCO')).toThrow('takes nuclides, and the file holds SMILES');
    expect(() => nuclides('a.csv', 'smiles\nCCO')).toThrow(
      'Expected the columns "z" and "n", or "symbol" and "a"',
    );
    expect(() => readRows('a.csv', 'x,y\n1,2', 'particles')).toThrow('Particles do not fit into a table');
  });
});
