import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publish, register, serve } from '../api/support/catalog-steps.js';
import { scalingModel } from '../api/support/own-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('models on other servers, from the command line', () => {
  let far: TestApp;
  let server: CliServer;
  beforeAll(async () => {
    far = await startTestApp({ kind: 'embedded' });
    await serve(far, 'scale', scalingModel(3), { runtime: { isolation: 'THREAD' } });
    server = await startCliServer({ examples: false, config: { remoteHosts: ['127.0.0.1'] } });
    await register(server.app, 'scale');
    await publish(server.app, 'scale', scalingModel(3));
  });
  afterAll(async () => {
    await server.close();
    await far.close();
  });
  const options = () => ({ url: server.app.url, cwd: server.folder });
  const retort = (...args: string[]) => run(args, options());
  const retortJson = (...args: string[]) => runJson(args, options());
  const inputs = 'x=[[1, 2, 3, 4]]';

  it('deploys a version there, shows where it runs, and brings it back', async () => {
    const deployed = await retortJson('deploy', 'scale@1', '--remote-url', far.url, '--replicas', '2');
    expect(deployed).toMatchObject({ code: 0, document: { revision: { state: 'READY' } } });
    const shown = await retort('show', 'scale', '--deployment');
    expect(shown.stdout).toContain(far.url);
    const { document } = await retortJson('show', 'scale', '--deployment');
    expect(document.deployment).toMatchObject({
      runtime: { replicas: 2, remote: { protocol: 'OPEN_INFERENCE', url: far.url, model: 'scale' } },
    });
    const others = ['--remote-protocol', 'tf-serving', '--remote-model', 'scale', '--remote-version', '1'];
    const update = ['update', 'deployment', 'scale', '--remote-url', far.url, ...others];
    expect(await retortJson(...update)).toMatchObject({ code: 0 });
    expect((await retortJson('show', 'scale', '--deployment')).document.deployment).toMatchObject({
      runtime: { remote: { protocol: 'TF_SERVING', model: 'scale', version: '1' } },
    });
    expect((await retort('infer', 'scale', inputs)).stdout).toContain('[3,6,9,12]');
    expect(await retortJson('update', 'deployment', 'scale', '--no-remote')).toMatchObject({ code: 0 });
    expect((await retortJson('show', 'scale', '--deployment')).document.deployment).toMatchObject({
      runtime: { remote: null },
    });
  });

  it('publishes a model that only another server has', async () => {
    const there = ['--remote-url', far.url, '--remote-model', 'scale'];
    const register = ['--register', '--domain', 'general'];
    const pushed = await retortJson('push', '--model', 'far', ...register, ...there, '--tag', 'v1');
    expect(pushed).toMatchObject({
      code: 0,
      document: {
        version: { ref: 'far@1', signature: { inputs: [{ name: 'x', datatype: 'FP32' }] } },
        tags: ['v1'],
        uploaded: false,
      },
    });
    const again = await retort('push', '--model', 'far', ...there, '--remote-version', '1');
    expect(again.stdout).toMatch(/Published far@2\./);
    expect(again.stdout).toContain(`${far.url}, scale: what answers there may change`);
    expect(await retortJson('deploy', 'far@2')).toMatchObject({ code: 0 });
    expect((await retort('infer', 'far', inputs)).stdout).toContain('[3,6,9,12]');
  });

  it.each([
    [['push', '--model', 'scale'], 2, 'USAGE', /a file to publish or --remote-url, got neither/],
    [
      ['push', 'model.onnx', '--model', 'scale', '--remote-url', 'http://127.0.0.1:1'],
      2,
      'USAGE',
      /got both/,
    ],
    [['push', '--model', 'scale', '--remote-model', 'scale'], 2, 'USAGE', /--remote-url beside/],
    [
      ['push', '--model', 'scale', '--remote-url', 'http://10.1.2.3'],
      1,
      'INVALID_ARGUMENT',
      /RETORT_REMOTE_HOSTS/,
    ],
    [['deploy', 'scale@1', '--remote-version', '2'], 2, 'USAGE', /--remote-url beside/],
    [['deploy', 'scale@1', '--remote-url', 'http://127.0.0.1:1', '--no-remote'], 2, 'USAGE', /got both/],
    [['deploy', 'scale@1', '--remote-url', 'http://127.0.0.1/v2'], 1, 'INVALID_ARGUMENT', /leave out \/v2/],
  ] as const)('says what is wrong with %j', async (args, exit, code, says) => {
    const { code: got, document } = await retortJson(...args);
    expect([got, document.error.code, document.error.message]).toEqual([
      exit,
      code,
      expect.stringMatching(says),
    ]);
  });
});
