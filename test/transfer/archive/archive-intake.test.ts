import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ArtifactStore } from '../../../src/artifacts/index.js';
import { ArtifactSources } from '../../../src/sources/index.js';
import { ARCHIVE_LIFETIME_MS, ArchiveIntake } from '../../../src/transfer/archive/archive-intake.js';

describe('archives on their way in', () => {
  let directory: string;
  let store: ArtifactStore;
  let intake: ArchiveIntake;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'retort-archives-'));
    store = await ArtifactStore.open({ directory, maxBytes: 100 });
    intake = new ArchiveIntake(store, new ArtifactSources({ directory, maxBytes: 100 }), 100);
  });
  afterEach(() => rm(directory, { recursive: true }));
  const send = async (text: string) =>
    intake.receive(
      (async function* () {
        yield Buffer.from(text);
      })(),
      {},
    );
  const later = (ms: number) => new Date(Date.now() + ms);

  it('stay for a day, and a day more when they are sent again', async () => {
    const { digest } = await send('an archive');
    expect(await intake.removeOld(later(ARCHIVE_LIFETIME_MS - 60_000))).toBe(0);
    expect(await intake.take({ digest }, new AbortController().signal)).toEqual({ digest, size: 10 });
    expect(await send('an archive')).toMatchObject({ digest, alreadyStored: true });
    expect(await intake.removeOld(later(ARCHIVE_LIFETIME_MS + 60_000))).toBe(1);
    await expect(intake.take({ digest }, new AbortController().signal)).rejects.toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
    });
  });

  it('leave nothing behind when they are too large or break off', async () => {
    await expect(send('x'.repeat(101))).rejects.toMatchObject({
      code: 'ARCHIVE_TOO_LARGE',
      message: expect.stringContaining('RETORT_MAX_ARCHIVE_BYTES'),
    });
    const broken = intake.receive(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('gone');
      })(),
      {},
    );
    await expect(broken).rejects.toThrow('gone');
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('do not outlive the process that received half of them', async () => {
    const half = await store.stage(
      (async function* () {
        yield Buffer.from('half');
      })(),
    );
    expect(await readdir(join(directory, 'tmp'))).toHaveLength(1);
    await ArtifactStore.open({ directory, maxBytes: 100 });
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    await half.discard();
  });
});
