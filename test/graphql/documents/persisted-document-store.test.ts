import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256 } from '../../../src/graphql/compiled/known-document.js';
import { PersistedDocumentStore } from '../../../src/graphql/documents/persisted-document-store.js';
import { createLogger } from '../../../src/platform/logging.js';

const KEPT = 1_000;
const source = (number: number) => `{ a${number}: __typename }`;
const hash = (number: number) => sha256(source(number));

describe('persisted documents in use', () => {
  let directory: string;
  // Ahead of the clock that the files are written by.
  let now = Date.now() + 3_600_000;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'retort-documents-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const open = () => PersistedDocumentStore.open(directory, createLogger('silent'), () => now);

  it('are kept, and the one that was not asked for the longest is given up, also across restarts', async () => {
    let store = await open();
    for (let number = 0; number < KEPT; number += 1) {
      now += 1_000;
      store.keep(hash(number), source(number));
    }
    // The first two that were kept are asked for: one as those are that are in memory, one from the disk.
    now += 120_000;
    store.keep(hash(0), source(0));
    expect(await store.find(hash(1))).toBe(source(1));
    store.keep(hash(KEPT), source(KEPT));
    await store.close();

    store = await open();
    expect(await store.find(hash(0))).toBe(source(0));
    expect(await store.find(hash(2))).toBeNull();
    for (const number of [KEPT + 1, KEPT + 2]) {
      now += 1_000;
      store.keep(hash(number), source(number));
    }
    await store.close();
    store = await open();
    const kept: number[] = [];
    for (let number = 0; number <= KEPT + 2; number += 1)
      if ((await store.find(hash(number))) !== null) kept.push(number);
    expect(kept).toHaveLength(KEPT);
    expect(kept).toEqual(expect.arrayContaining([0, 1, KEPT, KEPT + 1, KEPT + 2]));
    await store.close();
  });
});
