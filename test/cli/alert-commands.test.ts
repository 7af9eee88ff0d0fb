import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRule } from '../api/support/alert-steps.js';
import { until } from '../support/until.js';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('alerts, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
    await createRule(server.app, 'Loaded', {
      condition: { threshold: { metric: 'MEMORY_BYTES', value: 1 } },
      deployments: ['esol'],
      severity: 'INFO',
    });
  });
  afterAll(() => server.close());
  const options = () => ({ url: server.app.url, cwd: server.folder });
  const retort = (...args: string[]) => run(args, options());
  const retortJson = (...args: string[]) => runJson(args, options());

  it('lists what fires, and says when nothing does', async () => {
    await until(async () => (await retort('alerts')).stdout.includes('FIRING'));
    const { stdout, code } = await retort('alerts', '--deployment', 'esol');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^SINCE +STATE +SEVERITY +RULE +MESSAGE\n[\d -]+:\d+ +FIRING +INFO +Loaded +esol: the memory of the model over 5 min is \d+ bytes; the limit is 1 bytes$/m,
    );
    const { document } = await retortJson('alerts', '--rule', 'Loaded');
    expect(document).toMatchObject({
      alerts: [{ state: 'FIRING', ruleName: 'Loaded', deploymentName: 'esol', threshold: 1 }],
      hasMore: false,
    });
    expect((await retort('alerts', '--state', 'resolved')).stdout).toBe('No alert.\n');
  });

  it('silences and tells again', async () => {
    const silenced = await retort('silence', '--rule', 'Loaded', '--hours', '2', '--reason', 'known');
    expect([silenced.code, silenced.stdout]).toEqual([
      0,
      expect.stringMatching(/^Silent until [\d -]+:\d+\. 1 alert of it fires now\.\n$/),
    ]);
    expect((await retort('alerts')).stdout).toContain('FIRING (silent)');
    expect((await retort('silence', '--rule', 'Loaded', '--end')).stdout).toBe(
      'No longer silent. 1 alert of it fires now.\n',
    );
    const again = await retortJson('silence', '--rule', 'Loaded', '--end');
    expect([again.code, again.document.error.code]).toEqual([1, 'INVALID_ARGUMENT']);
  });

  it.each([
    { why: 'neither a time nor an end', args: ['--rule', 'Loaded'], code: 2 },
    { why: 'both', args: ['--rule', 'Loaded', '--hours', '1', '--end'], code: 2 },
    { why: 'no reason', args: ['--rule', 'Loaded', '--hours', '1'], code: 2 },
    { why: 'no time at all', args: ['--rule', 'Loaded', '--hours', '0', '--reason', 'x'], code: 2 },
    { why: 'nothing to silence', args: ['--hours', '1', '--reason', 'x'], code: 1 },
    {
      why: 'a rule that is not there',
      args: ['--rule', 'Nothing', '--hours', '1', '--reason', 'x'],
      code: 1,
    },
  ])('refuses $why', async ({ args, code }) => {
    expect((await retort('silence', ...args)).code).toBe(code);
  });
});
