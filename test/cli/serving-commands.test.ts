import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  retort as run,
  retortJson as runJson,
  retortJsonProcess,
  retortProcess,
  type RunOptions,
} from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('serving, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
  });
  afterAll(async () => server.close());
  const options = (more: RunOptions = {}) => ({ url: server.app.url, cwd: server.folder, ...more });
  const retort = (...args: string[]) => run(args, options());
  const retortJson = (...args: string[]) => runJson(args, options());

  it('predicts, with units and warnings, and answers 4 when an instance got no value', async () => {
    const text = await retortProcess(['predict', 'esol', 'CCO', 'C1CC', '[Na+].[Cl-]'], options());
    expect(text.code).toBe(4);
    expect(text.stdout).toMatch(/CCO +1\.09\d+ +log10\(mol\/L\)\n/);
    expect(text.stdout).toMatch(/C1CC +– +INVALID_SMILES: /);
    expect(text.stdout).toMatch(/MULTIPLE_FRAGMENTS/);
    expect(text.stdout).toMatch(/1 instance of 3 got no value/);
    const { code, document } = await retortJson('predict', 'binding-energy@2', '{"z": 26, "n": 30}', 'Fe-56');
    expect(code).toBe(0);
    expect(document.predictions).toMatchObject([
      { instance: { z: 26, n: 30 }, unit: 'MeV', warnings: [], error: null, version: 'binding-energy@2' },
      { instance: 'Fe-56', unit: 'MeV' },
    ]);
    expect(document.predictions[0]?.value).toBe(document.predictions[1]?.value);
  });

  it('explains, the strongest first, and answers 4 when an instance could not be explained', async () => {
    const text = await retort(
      'explain',
      'esol',
      'CCCCCCCCO',
      'C1CC',
      '--features',
      'atoms',
      '--largest',
      '2',
    );
    expect(text.code).toBe(4);
    expect(text.stdout).toMatch(/explains +CCCCCCCCO: log_s = -2\.36\d+ log10\(mol\/L\)/);
    expect(text.stdout).toMatch(/O8 +O +\+2\.\d+ +\+{20}\n/);
    expect(text.stdout).toMatch(/And 7 weaker ones/);
    expect(text.stdout).toMatch(/C1CC\nINVALID_SMILES: /);
    const args = [
      'explain',
      'esol@1',
      'CCO',
      '--background',
      'C',
      '--background',
      'CCCCCC',
      '--method',
      'shapley',
    ];
    const { code, document } = await retortJson(...args);
    expect(code).toBe(0);
    expect(document.explanations).toMatchObject([
      { method: 'SHAPLEY', game: 'INTERVENTIONAL', unit: 'log10(mol/L)' },
    ]);
    const refused = await retortJson('explain', 'esol', 'CCO', '--result', 'density');
    expect([refused.code, refused.document.error.code]).toEqual([1, 'UNKNOWN_TARGET']);
    expect((await retortJson('explain', 'esol')).code).toBe(2);
  });

  it('predicts what a file or a pipe holds, however long it is', async () => {
    const molecules = Array.from({ length: 450 }, (_, index) => 'C'.repeat((index % 20) + 1));
    const piped = await retortJsonProcess(
      ['predict', 'esol', '--input', '-'],
      options({ stdin: molecules.join('\n') }),
    );
    expect(piped.code).toBe(0);
    expect(piped.document.predictions.map(({ instance }) => instance)).toEqual(molecules);
    const table = await server.file('nuclides.csv', 'z,n\n26,30\n8,8\n');
    const { document } = await retortJson('predict', 'binding-energy', '--input', table);
    expect(document.predictions.map(({ unit }) => unit)).toEqual(['MeV', 'MeV']);
    const empty = await runJson(['predict', 'esol', '--input', '-'], options({ stdin: '' }));
    expect([empty.code, empty.document.error.code]).toEqual([2, 'USAGE']);
    const both = await runJson(['predict', 'esol', 'CCO', '--input', '-'], options({ stdin: 'C' }));
    expect(both.code).toBe(2);
  });

  it('says what it cannot ask', async () => {
    for (const [args, exit, error] of [
      [['predict', 'nobody', 'CCO'], 1, 'DEPLOYMENT_NOT_FOUND'],
      [['predict', 'esol@77', 'CCO'], 1, 'VERSION_NOT_FOUND'],
      [['predict', 'esol'], 2, 'USAGE'],
      [['predict', 'esol', '--input', 'gone.csv'], 2, 'FILE'],
    ] as const) {
      const { code, document } = await retortJson(...args);
      expect([args, code, document.error.code]).toEqual([args, exit, error]);
    }
  });

  it('compares two versions as a report, and fails on what it is told to', async () => {
    const report = await retort(
      'compare',
      'esol@1',
      'esol@2',
      '--skip',
      'latency',
      '--rows',
      '8',
      '--list',
      '2',
    );
    expect(report.code).toBe(0);
    expect(report.stdout).toMatch(/^esol@1 → esol@2: IDENTICAL for callers/);
    expect(report.stdout).toMatch(/rmse .*BETTER/);
    expect(report.stdout).toMatch(/log_s \(log10\(mol\/L\)\): 8 of 8 values differ/);
    expect(report.stdout).toMatch(/coefficients +CHANGED +FP64\[4, 1\]/);
    expect(report.stdout).not.toMatch(/Latency/);
    const quick = ['--skip', 'latency', '--skip', 'outputs', '--skip', 'graph'];
    const worse = await retortJson(
      'compare',
      'esol@2',
      'esol@1',
      '--fail-on',
      'breaking',
      '--fail-on',
      'worse',
      ...quick,
    );
    expect([worse.code, worse.document.failed]).toEqual([4, ['worse']]);
    const breaking = await retortJson(
      'compare',
      'esol@2',
      'binding-energy@2',
      '--fail-on',
      'breaking',
      ...quick,
    );
    expect([breaking.code, breaking.document.failed]).toEqual([4, ['breaking']]);
    expect(breaking.document.comparison.graph).toBeUndefined();
    const same = await retortJson('compare', 'esol@2', 'esol@2', '--fail-on', 'different', ...quick);
    expect([same.code, same.document.failed]).toEqual([0, []]);
    const given = await server.file('few.smi', 'CCO\nCCC\n');
    const own = await retortJson(
      'compare',
      'esol@1',
      'esol@2',
      '--input',
      given,
      '--skip',
      'latency',
      '--skip',
      'graph',
    );
    expect(own.document.comparison.outputs).toMatchObject({
      sample: { source: 'GIVEN', rows: 2 },
      answeredRows: 2,
    });
    const published = await retortJson(
      'compare',
      'esol@1',
      'esol@2',
      '--examples',
      '--skip',
      'latency',
      '--skip',
      'graph',
    );
    expect(published.document.comparison.outputs).toMatchObject({ sample: { source: 'EXAMPLES' } });
    const two = await retortJson('compare', 'esol@1', 'esol@2', '--examples', '--rows', '3');
    expect([two.code, two.document.error.code]).toEqual([2, 'USAGE']);
    const unrecorded = await retortJson(
      'compare',
      'esol@1',
      'esol@2',
      '--recorded',
      'nobody',
      '--skip',
      'latency',
    );
    expect([unrecorded.code, unrecorded.document.error.code]).toEqual([1, 'DEPLOYMENT_NOT_FOUND']);
    const gone = await retortJson('compare', 'esol@1', 'esol@99');
    expect([gone.code, gone.document.error.code]).toEqual([1, 'VERSION_NOT_FOUND']);
  });

  it('deploys, waits until it is ready, and says why when it is not', async () => {
    const ready = await retortJson(
      'deploy',
      'esol@1',
      '--name',
      'old-esol',
      '--isolation',
      'thread',
      '--max-queue',
      '7',
      '--reason',
      'the old units',
    );
    expect(ready).toMatchObject({
      code: 0,
      document: { deployment: { name: 'old-esol' }, revision: { number: 1, state: 'READY' } },
    });
    const shown = await retortJson('show', 'old-esol');
    expect(shown.document.deployment).toMatchObject({
      runtime: { isolation: 'THREAD' },
      limits: { maxQueue: 7 },
    });
    const page = (await retort('show', 'old-esol')).stdout;
    expect(page).toMatch(/^old-esol: esol@1, READY/);
    expect(page).toMatch(/^ *1 +esol@1 +READY .* the old units$/m);
    const again = await retort('deploy', 'esol@2', '--name', 'old-esol', '--isolation', 'thread');
    expect([again.code, again.stdout]).toEqual([0, 'old-esol: esol@2 is READY\n']);
    expect((await retort('list', 'deployments', 'esol')).stdout).toMatch(/old-esol +esol@2 +READY/);
    for (const [args, exit, error] of [
      [['deploy', 'esol@77'], 1, 'VERSION_NOT_FOUND'],
      [['deploy', 'esol@1', '--name', 'Not A Name'], 1, 'INVALID_NAME'],
      [['deploy', 'esol@1', '--replicas', '99'], 1, 'INVALID_ARGUMENT'],
      [['deploy', 'esol@1', '--isolation', 'moon'], 2, 'USAGE'],
    ] as const) {
      const { code, document } = await retortJson(...args);
      expect([args, code, document.error.code]).toEqual([args, exit, error]);
    }
  });
});
