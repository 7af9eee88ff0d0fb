import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../api/support/ask.js';
import { csvOf, linearNuclides, linearPipeline, nuclideRows } from '../api/support/nuclide-data.js';
import { retort, retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('data of a version, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
    await server.file('linear.onnx', linearNuclides());
    const pipeline = { ...linearPipeline, result: { energy: { output: 'energy' } } };
    await server.file('pipeline.json', JSON.stringify(pipeline));
    await server.file(
      'train.csv',
      csvOf(nuclideRows(60, 1).map(({ z, n, energy }) => ({ protons: z, n, energy }))),
    );
    await server.file(
      'held-out.csv',
      csvOf(nuclideRows(30, 2).map(({ z, n, energy }) => ({ protons: z, n, energy }))),
    );
  });
  afterAll(() => server.close());
  const run = (...args: string[]) => retort(args, { url: server.app.url, cwd: server.folder });
  const runJson = (...args: string[]) => retortJson(args, { url: server.app.url, cwd: server.folder });
  const PUSH = ['push', 'linear.onnx', '--model', 'linear', '--pipeline', 'pipeline.json', '--no-source'];

  it('is pushed with the model, and the version reported', async () => {
    const { code, document } = await runJson(
      ...PUSH,
      ...['--register', '--domain', 'PHYSICS', '--disclose-training'],
      ...['--training', 'train.csv', '--calibration', 'held-out.csv'],
      ...['--target', 'energy', '--columns', 'z=protons', '--difficulty', 'nearest'],
    );
    expect(document.error).toBeUndefined();
    expect(code).toBe(0);
    const { version } = await ask<{ version: { disclosesTraining: boolean; attachments: object[] } }>(
      server.app,
      `{ version(ref: "linear@1") { disclosesTraining attachments { role rows columns target options } } }`,
    );
    expect(version.disclosesTraining).toBe(true);
    expect(version.attachments).toEqual([
      expect.objectContaining({ role: 'TRAINING', rows: 60, columns: { z: 'protons' }, target: 'energy' }),
      expect.objectContaining({ role: 'CALIBRATION', rows: 30, options: { difficulty: 'NEAREST' } }),
    ]);
    const report = await run('report', 'linear@1');
    expect(report.stdout).toMatch(/^# linear \(linear@1\)/);
    expect(report.stdout).toMatch(/60 rows \(CSV\)/);
    expect((await run('report', 'linear@1', '--format', 'qmrf', '--output', 'qmrf.txt')).code).toBe(0);
    expect(await readFile(join(server.folder, 'qmrf.txt'), 'utf8')).toMatch(/^QSAR Model Reporting Format/);
    expect((await runJson('report', 'linear@1', '--format', 'json')).document.version).toBe('linear@1');
  });

  it.each([
    [['--calibration', 'held-out.csv'], /expected --target/],
    [['--training', 'model.bin'], /--training: expected a file that ends with/],
    [['--predicted', 'oof'], /expected --calibration/],
    [['--target', 'energy'], /expected --training or --calibration/],
    [['--training', 'nowhere.csv'], /nowhere\.csv/],
  ])('is refused before anything is uploaded: %j', async (options, message) => {
    const { code, stderr } = await run(...PUSH, ...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
