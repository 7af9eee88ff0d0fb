import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { esol } from '../../examples/esol/index.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { succeed } from './support/ask.js';
import { DEPLOY, publish, register, scale } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { deploymentNow, infer, PATIENT_MS, serveWith, until } from './support/serving-steps.js';
import { artifactPath } from './support/stored-files.js';

jest.setTimeout(PATIENT_MS);

/** More attempts than a model that crashes gets. */
const fifthAttempt = (app: TestApp, name: string) =>
  until(
    () => deploymentNow(app, name),
    ({ state, stateReason }) => state === 'FAILED' || /\(attempt [5-9]\)/.test(stateReason ?? ''),
  );

const startsAgain = (app: TestApp, name: string) =>
  until(
    () => deploymentNow(app, name),
    ({ state }) => state === 'READY',
  );

describe('a disk that fails', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  /** Whoever opens the file gets an error of the system, also as root, until it is mended. */
  const breakDisk = async (digest: string): Promise<() => Promise<void>> => {
    const path = artifactPath(app, digest);
    await rename(path, `${path}.aside`);
    await symlink(path, path);
    return async () => {
      await rm(path);
      await rename(`${path}.aside`, path);
    };
  };

  it('is no crash of the model: the deployment says so and tries again until it works', async () => {
    await register(app, 'waiting');
    const { artifact } = await publish(app, 'waiting', scalingModel(2));
    const mend = await breakDisk(artifact.digest);
    await succeed(app, DEPLOY, { input: { name: 'waiting', version: 'waiting@1', waitMs: 0 } });
    const { state, stateReason } = await fifthAttempt(app, 'waiting');
    expect(state).not.toBe('FAILED');
    expect(stateReason).toMatch(/^The artifact store failed \(ELOOP\)\. Loading it again in \d+ ms/);
    await mend();
    await startsAgain(app, 'waiting');
    expect(await scale(app, { deployment: 'waiting' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
    const lost = await storedEvents(app, '0', { deployment: 'waiting', kinds: ['RUNNER_LOST'] });
    expect(lost).toEqual([]);
  });

  it('keeps a model that had left memory away, and does not end it', async () => {
    const { name } = await serveWith(app, 'idle', scalingModel(5), { limits: { idleUnloadMs: 100 } });
    const { artifact } = await publish(app, 'idle', scalingModel(5));
    await until(
      () => deploymentNow(app, name),
      ({ loaded }) => !loaded,
    );
    const mend = await breakDisk(artifact.digest);
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
    expect(await infer(app, { deployment: name, inputs })).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('The artifact store failed (ELOOP)'),
    });
    expect((await fifthAttempt(app, name)).state).not.toBe('FAILED');
    // Nobody who comes meanwhile waits for a disk until the deadline.
    expect(await infer(app, { deployment: name, inputs })).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('The artifact store failed (ELOOP)'),
      retryAfterMs: expect.any(Number),
    });
    await mend();
    await startsAgain(app, name);
    expect(await infer(app, { deployment: name, inputs })).toMatchObject({ data: [5, 10, 15, 20] });
  });
});

it('RDKit that cannot start is no crash of the model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-rdkit-'));
  const entry = join(folder, 'entry.mjs');
  await writeFile(entry, "throw new Error('no memory for WebAssembly');");
  const app = await startTestApp({ kind: 'embedded', moleculeEntry: pathToFileURL(entry) });
  try {
    const [version] = esol.versions;
    if (!version) throw new Error('the example has a version');
    await register(app, 'esol');
    await publish(app, 'esol', version.build(), { pipeline: version.pipeline });
    await succeed(app, DEPLOY, { input: { name: 'esol', version: 'esol@1', waitMs: 0 } });
    const { state, stateReason } = await fifthAttempt(app, 'esol');
    expect(state).not.toBe('FAILED');
    expect(stateReason).toMatch(
      /^RDKit, which reads molecules, could not be started\. Loading it again in \d+ ms/,
    );
    const real = pathToFileURL(`${packageRoot}/dist/src/pipelines/molecule-worker.js`).href;
    await writeFile(entry, `await import(${JSON.stringify(real)});`);
    await startsAgain(app, 'esol');
    const { predictions } = await succeed<{ predictions: { value: number }[] }>(
      app,
      'mutation { predict(input: {deployment: "esol", instances: ["c1ccccc1"]}) { predictions { value } userErrors { code message } } }',
    );
    expect(predictions[0]?.value).toBeCloseTo(-2.127, 2);
  } finally {
    await app.close();
    await rm(folder, { recursive: true });
  }
});
