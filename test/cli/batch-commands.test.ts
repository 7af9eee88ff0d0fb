import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRows, type FileRow } from '../../src/datafiles/index.js';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('files, from the command line', () => {
  let server: CliServer;
  const retort = (...args: string[]) => run(args, { url: server.app.url, cwd: server.folder });
  const retortJson = (...args: string[]) => runJson(args, { url: server.app.url, cwd: server.folder });
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
    await server.app.app.ready;
  });
  afterAll(async () => server.close());

  it('are answered by a job and saved in the format of their name', async () => {
    const file = await server.file('nuclides.csv', 'Protons,n,label\n26,30,iron\nx,1,none\n28,34,nickel\n');
    const args = ['predict', 'binding-energy', '--input', file, '--column', 'z=Protons', '--output'];
    const { code, document } = await retortJson(...args, 'out.parquet');
    expect({ code, document }).toMatchObject({
      code: 4,
      document: {
        output: 'out.parquet',
        rows: 3,
        failed: 1,
        versions: [expect.stringMatching(/^binding-energy@/)],
      },
    });
    const rows: FileRow[] = [];
    for await (const row of openRows(join(server.folder, 'out.parquet'), { format: 'PARQUET' }))
      rows.push(row);
    expect(rows).toMatchObject([
      { row: { label: 'iron', value: expect.any(Number), unit: 'MeV', error: null } },
      { row: { label: 'none', value: null, error: expect.stringContaining('INVALID_INSTANCE') } },
      { row: { label: 'nickel' } },
    ]);
    const again = await retort(...args, 'out.parquet');
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is a file out.parquet already'),
    });
  });

  it('with columns that do not fit leave nothing behind, and say what there is', async () => {
    const file = await server.file('other.csv', 'a,b\n1,2\n');
    const { code, document } = await retortJson(
      'predict',
      'binding-energy',
      '--input',
      file,
      '--output',
      'no.parquet',
    );
    expect({ code, document }).toMatchObject({
      code: 1,
      document: { error: { code: 'COLUMN_NOT_FOUND', message: expect.stringContaining('"a", "b"') } },
    });
    expect(existsSync(join(server.folder, 'no.parquet'))).toBe(false);
  });

  it('with known values measure a version', async () => {
    const file = await server.file(
      'measured.csv',
      'z,n,energy\n26,30,492.3\n28,34,545.3\n50,70,1020.5\n82,126,1636.4\n',
    );
    const args = [
      'evaluate',
      'binding-energy@2',
      '--input',
      file,
      '--measured',
      'energy',
      '--dataset',
      'AME',
    ];
    const { code, stdout } = await retort(...args);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/rmse +[\d.]+ +.* to .* +MeV/),
    });
  });
});
