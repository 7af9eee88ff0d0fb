import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

const DELANEY = resolve('examples/data/delaney-solubility.csv');

describe('files of instances, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
  });
  afterAll(async () => server.close());
  const retort = (...args: string[]) => run(args, { url: server.app.url, cwd: server.folder });
  const retortJson = (...args: string[]) => runJson(args, { url: server.app.url, cwd: server.folder });

  it("answers the project's own table, with what stands beside the SMILES", async () => {
    const { code, document } = await retortJson('predict', 'esol@2', '--input', DELANEY);
    expect(code).toBe(0);
    const predictions = document.predictions as unknown as readonly {
      value: number;
      columns: Record<string, string>;
      instance: { smiles: string };
    }[];
    expect(predictions).toHaveLength(803);
    const named = (name: string) => predictions.find(({ columns }) => columns.compound?.trim() === name);
    // Delaney's set with the refitted coefficients, to what REFERENCES of the field print: anthracene −4.305.
    expect(named('Anthracene')?.value).toBeCloseTo(-4.305, 2);
    expect(predictions[0]).toMatchObject({
      instance: { smiles: expect.stringMatching(/^OCC3OC/) },
      columns: { compound: 'Amigdalin', log_s_measured_mol_per_l: '-0.77' },
    });
    const measured = predictions.map(({ columns }) => Number(columns.log_s_measured_mol_per_l));
    const squares = predictions.map(({ value }, index) => (value - (measured[index] ?? NaN)) ** 2);
    const rmse = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    // On all 1,128 molecules it is 1.009.
    expect(rmse).toBeGreaterThan(0.9);
    expect(rmse).toBeLessThan(1.1);
  });

  it('writes the results as a table that can be joined to the input', async () => {
    const out = join(server.folder, 'out.csv');
    const table = await server.file('own.csv', 'Structure,id\nCCO,"a,1"\nC1CC,b\nc1ccccc1,c\n');
    const args = ['predict', 'esol', '--input', table, '--column', 'smiles=structure', '--output', out];
    const { code, document } = await retortJson(...args);
    expect(code).toBe(4);
    expect(document).toEqual({ output: out, rows: 3, failed: 1, versions: ['esol@3'] });
    const lines = (await readFile(out, 'utf8')).split('\n');
    expect(lines[0]).toBe('name,id,smiles,value,unit,warnings,error');
    expect(lines[1]).toMatch(/^,"a,1",CCO,1\.09\d+,log10\(mol\/L\),,$/);
    expect(lines[2]).toMatch(/^,b,C1CC,,,,"?INVALID_SMILES: /);
    expect(lines[3]).toMatch(/^,c,c1ccccc1,-1\.7[67]\d*,/);
    expect((await retortJson(...args)).document.error.message).toMatch(/There is a file .* already/);
    expect((await retort(...args, '--force')).stdout).toMatch(/Wrote 3 rows to .*, computed by esol@3\./);
  });

  it('reads SMILES with names, SDF and gzip, and answers each row by itself', async () => {
    const smi = await server.file('few.smi', 'CCO ethanol\nCCО cyrillic\nc1ccccc1 benzene\n');
    const { code, document } = await retortJson('predict', 'esol', '--input', smi);
    expect(code).toBe(4);
    expect(document.predictions).toMatchObject([
      { name: 'ethanol', value: expect.closeTo(1.096, 2) },
      {
        name: 'cyrillic',
        value: null,
        error: { code: 'INVALID_SMILES', message: expect.stringContaining('U+041E') },
      },
      { name: 'benzene', value: expect.closeTo(-1.769, 2) },
    ]);

    const atoms =
      '    0.0000    0.0000    0.0000 C   0  0\n'.repeat(2) + '    0.0000    0.0000    0.0000 O   0  0\n';
    const record = (name: string, more = '') =>
      `${name}\n\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n${atoms}  1  2  1  0\n  2  3  1  0\nM  END\n> <ID>\n7${more}\n\n$$$$\n`;
    const query = record('query').replace(' O   0', ' L   0');
    const cut = record('cut').replace('  3  2', '  9  2');
    const sdf = await server.file('few.sdf.gz', gzipSync(record('ethanol') + query + cut + record('again')));
    const structures = await retortJson('predict', 'esol', '--input', sdf);
    expect(structures.code).toBe(4);
    expect(structures.document.predictions).toMatchObject([
      { name: 'ethanol', columns: { ID: '7' }, value: expect.closeTo(1.096, 2) },
      {
        name: 'query',
        error: { code: 'INVALID_MOLBLOCK', message: expect.stringContaining('atom "L" is no element') },
      },
      { name: 'cut', error: { code: 'INVALID_MOLBLOCK' } },
      { name: 'again', value: expect.closeTo(1.096, 2) },
    ]);
    expect((await retort('predict', 'esol', '--input', sdf)).stdout).toMatch(/^ethanol +7 +1\.09/m);
  });

  it('a null and a broken line are the errors of their rows', async () => {
    const lines = await server.file('some.jsonl', '{"z": 26, "n": 30}\nnull\n{"z":\n"Fe-56"\n');
    const { code, document } = await retortJson('predict', 'binding-energy', '--input', lines);
    expect(code).toBe(4);
    expect(document.predictions).toMatchObject([
      { value: expect.closeTo(492.213, 3), error: null },
      { value: null, error: { code: 'INVALID_INSTANCE' } },
      {
        value: null,
        error: { code: 'UNREADABLE_ROW', message: expect.stringContaining('Line 3: it is not JSON') },
      },
      { value: expect.closeTo(492.213, 3), error: null },
    ]);
  });

  it('numbers that only look right are refused row by row', async () => {
    const table = await server.file('strange.csv', 'Z,N\n26,30\n２６,30\n26,−30\n26,"1 000"\n');
    const { document } = await retortJson('predict', 'binding-energy', '--input', table);
    expect(document.predictions).toMatchObject([
      { error: null },
      { error: { message: expect.stringContaining('U+FF12 FULLWIDTH DIGIT TWO') } },
      { error: { message: expect.stringContaining('U+2212 MINUS SIGN') } },
      { error: { message: expect.stringContaining('write 1000') } },
    ]);
  });

  it('compares two versions on a table, and names its rows', async () => {
    const quick = ['--skip', 'latency', '--skip', 'graph'];
    const table = await server.file('named.csv', 'compound,SMILES\nethanol,CCO\nbenzene,c1ccccc1\n');
    const { code, document } = await retortJson('compare', 'esol@1', 'esol@2', '--input', table, ...quick);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      names: ['ethanol', 'benzene'],
      comparison: { outputs: { answeredRows: 2, sample: { source: 'GIVEN' } } },
    });
    const report = await retort('compare', 'esol@1', 'esol@2', '--input', table, ...quick);
    expect(report.stdout).toMatch(/NAME +INSTANCE/);
    expect(report.stdout).toMatch(/benzene/);
    const broken = await server.file('broken.jsonl', '"CCO"\n{\n');
    const refused = await retortJson('compare', 'esol@1', 'esol@2', '--input', broken, ...quick);
    expect([refused.code, refused.document.error.message]).toEqual([2, expect.stringContaining('line 2')]);
  });
});
