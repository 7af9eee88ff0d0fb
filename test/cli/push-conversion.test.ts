import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { convertersWith, makeModels, type Asked } from '../convert/support/converters.js';
import { retort, retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

const converters = await convertersWith('sklearn');
const where = converters === null ? describe.skip : describe;

where('retort push of a model to convert', () => {
  let folder = '';
  let asked: Readonly<Record<string, Asked>> = {};
  let server: CliServer;
  const run = (...args: string[]) => retort(args, { url: server.app.url, cwd: folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-push-'));
    asked = await makeModels('sklearn', './make_models.py', folder);
    server = await startCliServer({
      examples: false,
      config: { convertersDirectory: converters ?? '', trustPickles: true },
    });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('converts, publishes, names and shows the proof', async () => {
    const [first] = asked['named.pkl']?.rows ?? [];
    const header = Object.keys(first as object);
    const lines = (asked['named.pkl']?.rows ?? []).map((row) => Object.values(row as object).join(','));
    await server.file('sample.csv', [header.join(','), ...lines, ''].join('\n'));
    const sample = join(server.folder, 'sample.csv');
    const { code, stdout, stderr } = await run(
      ...['push', 'named.pkl', '--model', 'diabetes', '--register', '--domain', 'biology', '--trust-pickle'],
      ...['--sample', sample, '--tag', 'v1', '--alias', 'production', '--no-source'],
    );
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /Published diabetes@1[^]*LGBMRegressor[^]*5 given rows and agree within 0\.0001/,
      ),
      stderr: expect.stringContaining('a pickle is a program'),
    });
    const shown = await run('show', 'diabetes@v1');
    expect(shown.stdout).toContain('## Conversion');
  });

  it('says why a model was refused, and registers nothing for it', async () => {
    const untrusted = await run('push', 'forest.pkl', '--model', 'iris', '--register', '--domain', 'biology');
    expect(untrusted).toMatchObject({ code: 1, stderr: expect.stringContaining('--trust-pickle') });
    const failed = await retortJson(
      [
        'push',
        'mlp.pkl',
        '--model',
        'mlp',
        '--register',
        '--domain',
        'biology',
        '--trust-pickle',
        '--tolerance',
        '0',
      ],
      { url: server.app.url, cwd: folder },
    );
    expect(failed).toMatchObject({
      code: 1,
      document: {
        error: { code: 'JOB_FAILED', message: expect.stringContaining('The largest difference is') },
      },
    });
    const models = await run('list', '--json');
    expect(models.stdout).not.toMatch(/"(?:iris|mlp)"/);
    const stray = await run('push', await server.model(2), '--model', 'diabetes', '--sample', 'rows.csv');
    expect(stray).toMatchObject({ code: 2, stderr: expect.stringContaining('--sample is about models') });
  });

  it('lists the converters of this machine', async () => {
    const { stdout } = await run('converters', 'list');
    expect(stdout).toMatch(/sklearn +scikit-learn, XGBoost, LightGBM +MISSING/);
    expect(await run('converters', 'install', 'fortran')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected one of sklearn, catboost'),
    });
  });
});
