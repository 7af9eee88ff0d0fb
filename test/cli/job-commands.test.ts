import { randomBytes } from 'node:crypto';
import { appendFile, chmod } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { artifactPath } from '../api/support/stored-files.js';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

interface JobDocument {
  readonly job: { readonly id: string; readonly state: string };
}

describe('long work, from the command line', () => {
  let server: CliServer;
  const retort = (...args: string[]) => run(args, { url: server.app.url, cwd: server.folder });
  const retortJson = (...args: string[]) => runJson(args, { url: server.app.url, cwd: server.folder });
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
  });
  afterAll(async () => server.close());

  it('verifies all files to the end, and says no when one is damaged', async () => {
    const { digest } = await server.app.upload(randomBytes(100_000));
    const good = await retort('verify-artifacts', '--reason', 'monthly');
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Verify all artifacts: SUCCEEDED'),
    });
    expect(good.stdout).toMatch(/progress +1 of 1 \(100 %\)/);
    await chmod(artifactPath(server.app, digest), 0o600);
    await appendFile(artifactPath(server.app, digest), 'x');
    const { code, document } = await retortJson('verify-artifacts');
    expect({ code, document }).toMatchObject({
      code: 4,
      document: { job: { state: 'SUCCEEDED', progress: { failed: 1 }, result: { damagedCount: 1 } } },
    });
  });

  it('lists, shows, follows, holds and ends jobs', async () => {
    for (let file = 0; file < 8; file += 1) await server.app.upload(randomBytes(20_000_000));
    const { document } = await retortJson('verify-artifacts', '--detach');
    const { id } = (document as unknown as JobDocument).job;
    const held = await retortJson('job', id, '--pause', '--reason', 'lunch');
    expect(held).toMatchObject({ code: 0, document: { job: { state: 'PAUSED' } } });
    expect((await retort('jobs', '--state', 'paused')).stdout).toContain(id);
    expect((await retort('job', id, '--resume', '--follow')).code).toBe(4);
    const over = await retortJson('job', id, '--cancel');
    expect(over).toMatchObject({ code: 1, document: { error: { code: 'JOB_OVER' } } });
    const again = ((await retortJson('verify-artifacts', '--detach')).document as unknown as JobDocument).job;
    expect(await retortJson('job', again.id, '--cancel')).toMatchObject({
      code: 0,
      document: { job: { state: 'CANCELLED' } },
    });
    expect((await retort('job', again.id, '--follow')).code).toBe(4);
  });

  it('says what is wrong with an id, and with two wishes at once', async () => {
    const unknown = Buffer.from('Job:0e3dd46d-3326-4b00-8910-9ddda6e93ef8').toString('base64url');
    expect(await retortJson('job', unknown)).toMatchObject({
      code: 1,
      document: { error: { code: 'JOB_NOT_FOUND' } },
    });
    expect(await retortJson('job', 'nonsense')).toMatchObject({
      code: 1,
      document: { error: { code: 'INVALID_ARGUMENT' } },
    });
    expect((await retort('job', unknown, '--pause', '--cancel')).code).toBe(2);
  });
});
