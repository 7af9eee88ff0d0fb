import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retort as run, retortJson as runJson, retortJsonProcess } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('moving live traffic and whole models, from the command line', () => {
  let server: CliServer;
  const retort = (...args: string[]) => run(args, { url: server.app.url, cwd: server.folder });
  const retortJson = (...args: string[]) => runJson(args, { url: server.app.url, cwd: server.folder });
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
    for (const factor of [2, 3])
      await retort(
        'push',
        await server.model(factor),
        '--model',
        'scaling',
        '--register',
        '--domain',
        'physics',
        '--tag',
        `v${factor}`,
      );
    expect((await retort('deploy', 'scaling@1', '--isolation', 'thread')).code).toBe(0);
  });
  afterAll(async () => server.close());

  it('migrates at once, watching the events to the end, and rolls back', async () => {
    const { code, document } = await retortJson(
      'migrate',
      'scaling',
      'scaling@2',
      '--strategy',
      'immediate',
      '--reason',
      'better',
    );
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        migration: {
          state: 'SUCCEEDED',
          strategy: 'IMMEDIATE',
          reason: 'better',
          deployment: {
            name: 'scaling',
            traffic: [{ version: { ref: 'scaling@2' }, share: 1, weight: 100 }],
          },
        },
      },
    });
    expect(document.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['MIGRATION_STARTED', 'MIGRATION_SUCCEEDED']),
    );
    const back = await retort('rollback', 'deployment', 'scaling', '--reason', 'worse');
    expect(back).toMatchObject({ code: 0, stdout: expect.stringMatching(/^scaling: scaling@1 is READY/) });
    const never = await retortJson('rollback', 'deployment', 'scaling', '--revision', '99');
    expect(never.code).toBe(1);
  });

  it('holds a blue/green migration for approval, and approves it', async () => {
    const held = await retort('migrate', 'scaling', 'scaling@2', '--strategy', 'blue-green');
    expect(held.code).toBe(0);
    expect(held.stdout).toMatch(/AWAITING_APPROVAL/);
    expect(held.stdout).toMatch(/Approve it with: retort migrate scaling --resume/);
    const second = await retortJson('migrate', 'scaling', 'scaling@2', '--strategy', 'immediate');
    expect([second.code, second.document.error.code]).toEqual([1, 'MIGRATION_IN_PROGRESS']);
    const approved = await retort('migrate', 'scaling', '--resume');
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringMatching(/SUCCEEDED/)]);
  });

  it('pauses, resumes and aborts a canary', async () => {
    const step = ['--step', '10,dwell-ms=600000', '--step', '50'];
    const begun = await retortJson(
      'migrate',
      'scaling',
      'scaling@1',
      '--strategy',
      'canary',
      ...step,
      '--detach',
    );
    expect(begun.code).toBe(0);
    const late = await retortJson('migrate', 'scaling', '--resume', '--wait-seconds', '1');
    // It is not paused, which only the server can say.
    expect([late.code, late.document.error.code]).toEqual([1, 'MIGRATION_NOT_PAUSED']);
    expect((await retort('migrate', 'scaling', '--pause')).stdout).toMatch(/PAUSED/);
    const on = await retort('migrate', 'scaling', '--resume', '--wait-seconds', '1');
    expect([on.code, on.stdout]).toEqual([4, expect.stringMatching(/step 1 of 2: 10 %/)]);
    const aborted = await retort('migrate', 'scaling', '--abort', '--reason', 'complaints');
    expect([aborted.code, aborted.stdout]).toEqual([0, expect.stringMatching(/ABORTED/)]);
    expect((await retort('show', 'scaling', '--deployment')).stdout).toMatch(
      /Latest migration\n +scaling: scaling@2 → scaling@1 \(CANARY\): ABORTED/,
    );
  });

  it.each([
    [['migrate', 'scaling', 'scaling@1'], 2, 'USAGE'],
    [['migrate', 'scaling'], 2, 'USAGE'],
    [['migrate', 'scaling', 'scaling@1', '--pause'], 2, 'USAGE'],
    [['migrate', 'scaling', '--pause', '--abort'], 2, 'USAGE'],
    [['migrate', 'scaling', 'scaling@1', '--strategy', 'shadow', '--step', '10'], 2, 'USAGE'],
    [['migrate', 'scaling', 'scaling@1', '--strategy', 'canary', '--step', 'few'], 2, 'USAGE'],
    [['migrate', 'scaling', 'scaling@1', '--strategy', 'canary', '--step', '0'], 1, 'INVALID_ARGUMENT'],
    [['migrate', 'scaling', 'scaling@1', '--strategy', 'canary', '--step', '100'], 1, 'INVALID_ARGUMENT'],
    [['migrate', 'scaling', 'scaling@2', '--strategy', 'immediate'], 1, 'ALREADY_SERVED'],
    [['migrate', 'scaling', '--abort'], 1, 'MIGRATION_NOT_FOUND'],
    [['migrate', 'nobody', 'scaling@1', '--strategy', 'immediate'], 1, 'DEPLOYMENT_NOT_FOUND'],
    [['export', 'nobody'], 1, 'MODEL_NOT_FOUND'],
    [['export', 'scaling', '--output', 'no/such/folder/a.tar'], 2, 'FILE'],
    [['import', 'gone.tar'], 2, 'FILE'],
  ])('refuses %j', async (args, exit, error) => {
    const { code, document } = await retortJson(...args);
    expect([code, document.error.code]).toEqual([exit, error]);
  });

  it('exports a model and imports it again', async () => {
    const file = join(server.folder, 'scaling.retort.tar');
    const saved = await retortJsonProcess(['export', 'scaling'], { url: server.app.url, cwd: server.folder });
    expect(saved).toMatchObject({
      code: 0,
      document: { file: 'scaling.retort.tar', archive: { versions: 2, tags: 2 } },
    });
    const before = await readFile(file);
    const taken = await retortJson('export', 'scaling');
    expect([taken.code, taken.document.error.code]).toEqual([2, 'USAGE']);
    expect((await retort('export', 'scaling', '--force')).stdout).toMatch(
      /^Saved scaling to scaling\.retort\.tar: /,
    );
    expect(await readFile(file)).toEqual(before);

    const present = await retort('import', file);
    expect([present.code, present.stdout]).toEqual([
      0,
      expect.stringMatching(/^Everything of scaling is here already/),
    ]);
    const trial = await retortJson('import', file, '--as', 'copy', '--dry-run');
    expect(trial).toMatchObject({ code: 0, document: { changed: false, plan: { versionsAdded: 2 } } });
    expect((await retort('import', file, '--as', 'copy')).stdout).toMatch(/^Imported scaling as copy/);
    expect((await retort('show', 'copy@v3')).stdout).toMatch(/^copy@2/);

    await server.app.graphql(
      'mutation { registerModel(input: {name: "other", domain: GENERAL}) { model { id } } }',
    );
    expect((await retortJson('import', file, '--as', 'other', '--dry-run')).code).toBe(4);
    const refused = await retortJson('import', file, '--as', 'other');
    expect([refused.code, refused.document.error.code]).toEqual([1, 'IMPORT_CONFLICT']);
    before[600] = (before[600] ?? 0) ^ 1;
    await writeFile(join(server.folder, 'flipped.tar'), before);
    const flipped = await retortJson('import', 'flipped.tar');
    expect([flipped.code, flipped.document.error.code]).toEqual([1, 'ARCHIVE_INVALID']);
  });

  it('leaves no file behind when an archive is damaged or cut on its way', async () => {
    const whole = await (await fetch(`${server.app.url}/models/scaling/archive`)).arrayBuffer();
    const flipped = Buffer.from(whole.slice(0));
    // Within the last file: behind it are what fills its block, and two blocks of zeros.
    flipped[flipped.length - 1500] = (flipped[flipped.length - 1500] ?? 0) ^ 1;
    const cut = Buffer.from(whole).subarray(0, 3000);
    const fake = createServer((request, response) => {
      if (request.url === '/graphql') {
        const archive =
          '{"url": "/archive", "fileName": "../../up.tar", "versions": 1, "tags": 0, "aliases": 0}';
        response.end(`{"data": {"model": {"archive": ${archive}}}}`);
      } else response.end(damage);
    });
    let damage: Buffer = flipped;
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
      for (damage of [flipped, cut, Buffer.from('<html>'), Buffer.alloc(0)]) {
        const { code, document } = await runJson(['export', 'damaged'], { url, cwd: server.folder });
        expect([code, document.error.code]).toEqual([3, 'DAMAGED']);
      }
    } finally {
      fake.closeAllConnections();
      await new Promise((resolve) => fake.close(resolve));
    }
    expect(existsSync(join(server.folder, 'damaged.retort.tar'))).toBe(false);
    expect(readdirSync(server.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
