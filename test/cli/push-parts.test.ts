import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Failure } from '../../cli/failure.js';
import { gitSource, parseSource } from '../../cli/push/git-source.js';
import { parseDataset, parseDerivation, parseMetric } from '../../cli/push/stated.js';

describe('what a version states', () => {
  it.each([
    ['rmse=0.91', { name: 'rmse', value: 0.91 }],
    ['bias=-1e-3', { name: 'bias', value: -0.001 }],
    [
      'r2=0.8,unit=1,dataset=ESOL, test part,better=higher',
      { name: 'r2', value: 0.8, unit: '1', dataset: 'ESOL, test part', higherIsBetter: true },
    ],
    ['mae = 2,better=lower', { name: 'mae', value: 2, higherIsBetter: false }],
  ])('reads the metric %s', (text, metric) => {
    expect(JSON.parse(JSON.stringify(parseMetric(text)))).toEqual(metric);
  });

  it.each(['rmse', 'rmse=', 'rmse=low', '=1', 'rmse=1,better=more', 'rmse=1,unit=a,unit=b', 'rmse=Infinity'])(
    'refuses the metric %s',
    (text) => expect(() => parseMetric(text)).toThrow(Failure),
  );

  it('reads datasets whose names hold commas', () => {
    expect(parseDataset('ESOL (Delaney, 2004),split=train,url=https://a.org/x,y')).toEqual({
      name: 'ESOL (Delaney, 2004)',
      split: 'train',
      url: 'https://a.org/x,y',
    });
    expect(() => parseDataset(',split=a')).toThrow(/expected a name first/);
  });

  it('reads derivations, also from a digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(parseDerivation('esol@2:fine-tuned')).toEqual({ version: 'esol@2', relation: 'FINE_TUNED' });
    expect(parseDerivation(`esol@${digest}:QUANTIZED`)).toEqual({
      version: `esol@${digest}`,
      relation: 'QUANTIZED',
    });
    for (const wrong of ['esol@2', 'esol@2:copied', ':PRUNED'])
      expect(() => parseDerivation(wrong)).toThrow(Failure);
  });
});

describe('the source of a version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retort-source-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  it.each([
    ['https://example.org/a@9fceb02', { repository: 'https://example.org/a', commit: '9fceb02' }],
    ['git@example.org:team/a.git@9fceb02', { repository: 'git@example.org:team/a.git', commit: '9fceb02' }],
    ['https://example.org/a', { repository: 'https://example.org/a' }],
    ['git@example.org:team/a.git', { repository: 'git@example.org:team/a.git' }],
  ])('reads %s', (text, source) => expect(parseSource(text)).toEqual(source));

  it('is what git says of the checkout, never with the token of a clone address', async () => {
    expect(await gitSource(folder)).toBeNull();
    git('init', '-q');
    expect(await gitSource(folder)).toBeNull();
    writeFileSync(join(folder, 'train.py'), 'print(1)\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    const commit = git('rev-parse', 'HEAD');
    expect(await gitSource(folder)).toEqual({ commit, dirty: false, repository: undefined });

    git('remote', 'add', 'origin', 'https://user:secret@example.org/team/a.git');
    writeFileSync(join(folder, 'model.onnx'), 'untracked, as training leaves it');
    const repository = 'https://example.org/team/a.git';
    expect(await gitSource(folder)).toEqual({ commit, dirty: false, repository });
    writeFileSync(join(folder, 'train.py'), 'print(2)\n');
    expect(await gitSource(folder)).toEqual({ commit, dirty: true, repository });
  });
});
