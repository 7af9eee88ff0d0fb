import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { retortName } from '../../cli/mlflow/statements.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { INFER, type Inferred } from '../api/support/catalog-steps.js';
import { ask, succeed } from '../api/support/ask.js';
import { retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

/** As MLflow 3.17.2 wrote it, and moved since: two versions in ONNX, one of scikit-learn, one of Python code. */
const MLRUNS = join(packageRoot, 'test/fixtures/mlruns');

interface Report {
  readonly models: readonly {
    readonly mlflow: string;
    readonly model: string;
    readonly registered: boolean;
    readonly versions: readonly {
      version: string;
      ref: string | null;
      action: string;
      reason: string | null;
    }[];
    readonly aliases: readonly { name: string; ref: string; moved: boolean }[];
  }[];
}

describe('the models of an MLflow registry', () => {
  let server: CliServer;
  let folder: string;
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
    folder = await mkdtemp(join(tmpdir(), 'retort-mlruns-'));
    await cp(MLRUNS, join(folder, 'mlruns'), { recursive: true });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  const run = async (...args: string[]) => {
    const { code, document } = await retortJson(['import', 'mlflow', ...args], {
      url: server.app.url,
      cwd: folder,
    });
    return {
      code,
      report: document as unknown as Report,
      error: (document as unknown as { error?: { message: string } }).error,
    };
  };
  const lines = ({ models }: Report) =>
    models.flatMap(({ mlflow, versions }) =>
      versions.map(({ version, ref, action, reason }) => [
        `${mlflow}/${version}`,
        ref,
        action,
        reason?.split(':')[0] ?? null,
      ]),
    );
  const catalog = async () =>
    ask(server.app, '{ models(first: 10) { edges { node { name versions(first: 10) { totalCount } } } } }');

  it('are listed without anything being done', async () => {
    const before = await catalog();
    const { code, report } = await run('.', '--dry-run');
    expect(code).toBe(4);
    expect(lines(report)).toEqual([
      ['any/1', null, 'REFUSED', expect.stringContaining('Python code (pyfunc)')],
      ['linear/1', null, 'REFUSED', 'it is a pickle, which is a program'],
      ['onnx line/1', null, 'WOULD_PUBLISH', null],
      ['onnx line/2', null, 'WOULD_PUBLISH', null],
    ]);
    expect(await catalog()).toEqual(before);
  });

  it('come with what MLflow says of them, and only once', async () => {
    const { code, report } = await run('mlruns', '--model', 'onnx line', '--domain', 'chemistry');
    expect(code).toBe(0);
    expect(report.models).toMatchObject([
      {
        mlflow: 'onnx line',
        model: 'onnx-line',
        registered: true,
        versions: [
          { version: '1', ref: 'onnx-line@1', action: 'PUBLISHED' },
          { version: '2', ref: 'onnx-line@2', action: 'PUBLISHED' },
        ],
        aliases: [{ name: 'champion', ref: 'onnx-line@2', moved: true }],
      },
    ]);
    const { model } = await ask<{ model: object }>(
      server.app,
      `{ model(name: "onnx-line") { title domain labels card
        one: version(ref: "1") { notes metrics { name value } source { url repository } environment { runtime packages { name version } } }
        two: version(ref: "champion") { notes metrics { name value } } } }`,
    );
    expect(model).toMatchObject({
      title: 'onnx line',
      domain: 'CHEMISTRY',
      labels: ['task=regression'],
      card: 'A line.\n\nTwo of them.',
      one: {
        notes:
          'Tags:\n\n- `reviewed`: yes\n\nParameters:\n\n- `k`: 1\n\nSignature in MLflow: inputs: float32 [-1,3]; outputs: float64 [-1,1]',
        metrics: [{ name: 'rmse', value: 0.5 }],
        source: { url: 'models:/onnx line/1', repository: null },
        environment: {
          runtime: 'Python 3.11.7',
          packages: [
            { name: 'onnx', version: '1.23.2' },
            { name: 'mlflow', version: '3.17.2' },
          ],
        },
      },
      two: { notes: expect.stringContaining('twice as steep'), metrics: [{ name: 'rmse', value: 0.25 }] },
    });
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 1, 1] }];
    for (const [version, sum] of [
      ['onnx-line@1', 6],
      ['onnx-line@champion', 12],
    ] as const) {
      const { outputs } = await succeed<Inferred>(server.app, INFER, { input: { version, inputs } });
      expect(outputs[0]?.data).toEqual([sum]);
    }

    const before = await catalog();
    const again = await run('mlruns', '--model', 'onnx line');
    expect(again.code).toBe(0);
    expect(again.report.models[0]).toMatchObject({
      registered: false,
      versions: [{ action: 'KNOWN' }, { action: 'KNOWN' }],
      aliases: [{ moved: false }],
    });
    expect(await catalog()).toEqual(before);
  });

  it('follow an alias that moved there', async () => {
    await writeFile(join(folder, 'mlruns', 'models', 'onnx line', 'aliases', 'champion'), '1');
    const { report } = await run('mlruns', '--model', 'onnx line');
    expect(report.models[0]?.aliases).toEqual([{ name: 'champion', ref: 'onnx-line@1', moved: true }]);
  });

  it('leave no model behind where nothing could be published', async () => {
    const { code, report } = await run('mlruns', '--model', 'linear', '--trust-pickle');
    expect({ code, lines: lines(report) }).toEqual({
      code: 4,
      lines: [['linear/1', null, 'REFUSED', expect.stringContaining('A scikit-learn file is a program')]],
    });
    expect(await ask(server.app, '{ model(name: "linear") { name } }')).toEqual({ model: null });
  });

  it.each([
    [['nowhere'], /neither/],
    [['sqlite:///mlflow.db'], /mlflow server --backend-store-uri/],
    [['http://me:secret@127.0.0.1:1'], /without a user name and password/],
    [['mlruns', '--model', 'none'], /the registry has no "none", but "any", "linear", "onnx line"/],
  ])('are refused from %j', async (args, message) => {
    const { code, error } = await run(...args);
    expect({ code, message: error?.message }).toEqual({ code: 2, message: expect.stringMatching(message) });
    expect(error?.message).not.toContain('secret');
  });

  it('get names that a model may have here', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        let found = 'a';
        try {
          found = retortName(name);
        } catch {
          // No letter and no digit in it.
        }
        expect(found).toMatch(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
        expect(found).not.toContain('..');
      }),
    );
  });
});
