import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { succeed } from '../api/support/ask.js';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('drift, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
    const instances = Array.from({ length: 300 }, (_, index) => ({
      z: 20 + (index % 30),
      n: 25 + (index % 40),
    }));
    await succeed(
      server.app,
      'mutation ($input: SetReferenceDistributionInput!) { setReferenceDistribution(input: $input) { userErrors { message } } }',
      { input: { version: 'binding-energy@3', instances } },
    );
    // All of one kind: nothing of the reference is like that.
    const alike = Array.from({ length: 150 }, () => ({ z: 50, n: 70 }));
    await succeed(
      server.app,
      'mutation ($input: PredictInput!) { predict(input: $input) { userErrors { message } } }',
      { input: { deployment: 'binding-energy', instances: alike } },
    );
  });
  afterAll(() => server.close());
  const options = () => ({ url: server.app.url, cwd: server.folder });
  const retort = (...args: string[]) => run(args, options());
  const retortJson = (...args: string[]) => runJson(args, options());

  it('says what drifted, and can fail for it', async () => {
    const { stdout, code } = await retort('drift', 'binding-energy');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^binding-energy@3 since [\d -]+:\d+: DRIFTED\. \d+ of \d+ features drifted/);
    expect(stdout).toMatch(/^ +DRIFTED +input z +150 +[\d.]+ of [\d.]+ +[\d.]+ of [\d.]+$/m);
    const failed = await retortJson('drift', 'binding-energy', '--fail-on', 'drifted', '--hours', '2');
    expect(failed.code).toBe(4);
    expect(failed.document).toMatchObject({
      reports: [{ version: { ref: 'binding-energy@3' }, verdict: 'DRIFTED' }],
      failed: ['drifted'],
    });
  });

  it('says that a version has no reference', async () => {
    const { stdout, code } = await retort('drift', 'esol', '--fail-on', 'not-enough-data');
    expect(code).toBe(4);
    expect(stdout).toMatch(/: NOT_ENOUGH_DATA\. esol@\d has no reference distribution/);
  });

  it('refuses a deployment that is not there, and a window that is too long', async () => {
    expect((await retort('drift', 'nobody')).code).toBe(1);
    expect((await retort('drift', 'esol', '--hours', '1000')).code).toBe(2);
  });
});
