import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ArtifactStore } from '../../src/artifacts/index.js';
import { compiledEntry } from '../../src/platform/children/compiled-entry.js';
import { rounds } from '../support/depth.js';

let directory: string;
let store: ArtifactStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'retort-artifacts-'));
  store = await ArtifactStore.open({ directory, maxBytes: 1 << 20 });
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

const digestOf = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const pathOf = (digest: string) => join(directory, 'sha256', digest.slice(7, 9), digest.slice(7));

/** Every file below the store, so that nothing half-written can hide. */
async function files(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('ArtifactStore keeps', () => {
  it('bytes under their digest, read-only, and gives them back', async () => {
    const stored = await store.put(chunks('hello ', 'world'));
    expect(stored).toEqual({ digest: digestOf('hello world'), size: 11, alreadyStored: false });
    expect(await store.stat(stored.digest)).toEqual({ digest: stored.digest, size: 11 });
    expect((await buffer(store.read(stored.digest))).toString()).toBe('hello world');
    expect((await buffer(store.read(stored.digest, { start: 6, end: 8 }))).toString()).toBe('wor');
    expect(await store.verified(stored.digest)).toBe(pathOf(stored.digest));
    expect((await stat(pathOf(stored.digest))).mode & 0o222).toBe(0);
  });

  it('the same bytes, in whatever pieces they come and are read', async () => {
    const bytes = randomBytes(1_040_000);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.array(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 400_000 })), { maxLength: 200 }),
        fc.nat({ max: bytes.length }),
        fc.nat({ max: bytes.length }),
        async (from, sizes, one, other) => {
          let at = from;
          const pieces = [...sizes, Infinity].map((size) => bytes.subarray(at, (at += size)));
          const { digest, size } = await store.put(chunks(...pieces));
          const whole = bytes.subarray(from);
          expect({ digest, size }).toEqual({ digest: digestOf(whole), size: whole.length });
          const [start, end] = [Math.min(one, other), Math.max(one, other)];
          expect((await buffer(store.read(digest))).equals(whole)).toBe(true);
          expect(
            (await buffer(store.read(digest, { start, end }))).equals(whole.subarray(start, end + 1)),
          ).toBe(true);
        },
      ),
      { numRuns: rounds(40) },
    );
  });

  it('the same bytes once, however often and however parallel they come', async () => {
    const bytes = randomBytes(300_000);
    await Promise.all(
      Array.from({ length: 8 }, () => store.put(chunks(bytes.subarray(0, 1000), bytes.subarray(1000)))),
    );
    expect(await store.put(chunks(bytes))).toEqual({
      digest: digestOf(bytes),
      size: 300_000,
      alreadyStored: true,
    });
    expect(await files()).toEqual([digestOf(bytes).slice(7)]);
    await store.verified(digestOf(bytes));
  });

  it.each([
    ['without', undefined],
    ['with', new AbortController().signal],
  ])('200 MB in memory that does not grow with them, %s a signal to give up by', async (_, signal) => {
    const large = await ArtifactStore.open({ directory, maxBytes: 1 << 30 });
    const chunk = randomBytes(1 << 20);
    let produced = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; produced < 200; produced += 1) {
        peak = Math.max(peak, process.memoryUsage().rss);
        yield Buffer.from(chunk);
      }
    }
    const { size, digest } = await large.put(source(), signal ? { signal } : {});
    expect(size).toBe(200 << 20);
    expect(peak - before).toBeLessThan(100e6);
    await large.verified(digest);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('what was stored across a restart, without what an upload that died left behind', async () => {
    const { digest } = await store.put(chunks('kept'));
    await writeFile(join(directory, 'tmp', 'dead-upload'), 'half');
    const reopened = await ArtifactStore.open({ directory, maxBytes: 1 << 20 });
    expect(await reopened.stat(digest)).toEqual({ digest, size: 4 });
    expect(await files()).toEqual([digest.slice(7)]);
  });

  it('nothing of an upload whose process was killed', async () => {
    const module = compiledEntry(import.meta.url, '../../src/artifacts/index.js').href;
    const script = `
      import { ArtifactStore } from ${JSON.stringify(module)};
      const store = await ArtifactStore.open({ directory: process.argv[1], maxBytes: 1e9 });
      await store.put((async function* () {
        yield Buffer.alloc(100000, 1);
        process.stdout.write('half');
        await new Promise((resolve) => setTimeout(resolve, 60000));
      })());
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await files()).toHaveLength(1);
    await ArtifactStore.open({ directory, maxBytes: 1 << 20 });
    expect(await files()).toEqual([]);
  });
});

describe('ArtifactStore refuses', () => {
  afterEach(async () => {
    expect(await files()).toEqual([]);
  });

  it('more than the limit, as soon as it is passed', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield Buffer.alloc(400_000);
      }
    }
    await expect(store.put(endless())).rejects.toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
      message: expect.stringMatching(/^Expected at most 1048576 bytes, got more; /),
    });
    expect(asked).toBe(3);
  });

  it('an announced length over the limit before reading anything', async () => {
    async function* never(): AsyncGenerator<Uint8Array> {
      throw new Error('must not be read');
      yield Buffer.alloc(0);
    }
    await expect(store.put(never(), { expectedBytes: 2_000_000 })).rejects.toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
      message: expect.stringMatching(/got 2000000; /),
    });
  });

  it.each([
    ['cut short', ['half'], 8, 'expected 8 bytes, got 4; send it again'],
    ['overrun', ['more than', ' that'], 8, 'expected 8 bytes, got more than that; send it again'],
  ])('an upload that was %s', async (_, parts, expectedBytes, words) => {
    await expect(store.put(chunks(...parts), { expectedBytes })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(words),
    });
  });

  it('an empty upload', async () => {
    await expect(store.put(chunks())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('empty upload'),
    });
  });

  it('bytes of another digest than announced, naming both', async () => {
    await expect(store.put(chunks('b'), { expectedDigest: digestOf('a') })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringMatching(new RegExp(`${digestOf('a')}, got ${digestOf('b')}`)),
    });
  });

  it.each([
    'sha256:../../../../etc/passwd',
    'sha256:',
    'md5:abc',
    digestOf('a').toUpperCase(),
    `${digestOf('a')}\n`,
  ])('the digest %j', async (digest) => {
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('Expected a digest of the form sha256:'),
    };
    await expect(store.stat(digest)).rejects.toMatchObject(refused);
    await expect(store.verified(digest)).rejects.toMatchObject(refused);
    await expect(store.put(chunks('a'), { expectedDigest: digest })).rejects.toMatchObject(refused);
    expect(() => store.read(digest)).toThrow('Expected a digest of the form sha256:');
  });

  it('what is not there, without naming a path', async () => {
    const missing = {
      code: 'ARTIFACT_NOT_FOUND',
      message: `No artifact ${digestOf('a')} is stored: upload the file first`,
    };
    await expect(store.stat(digestOf('a'))).rejects.toMatchObject(missing);
    await expect(store.verified(digestOf('a'))).rejects.toMatchObject(missing);
    await expect(buffer(store.read(digestOf('a')))).rejects.toMatchObject(missing);
  });

  it('to keep anything of a source that fails, and passes its error on', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection reset');
    }
    await expect(store.put(broken())).rejects.toThrow('connection reset');
  });

  it('to wait for a source that was given up', async () => {
    const abort = new AbortController();
    let released = false;
    const stalled: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => setTimeout(() => abort.abort(new Error('client went away')), 10)),
        return: async () => {
          released = true;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(store.put(stalled, { signal: abort.signal })).rejects.toThrow('client went away');
    expect(released).toBe(true);
    await expect(store.put(chunks('a'), { signal: abort.signal })).rejects.toThrow('client went away');
  });
});

describe('ArtifactStore and the disk', () => {
  it('finds bytes that changed on disk, and is mended by sending them again', async () => {
    const { digest } = await store.put(chunks('precious'));
    await chmod(pathOf(digest), 0o600);
    await writeFile(pathOf(digest), 'precioux');
    await expect(store.verified(digest)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringContaining(digestOf('precioux')),
    });
    await store.put(chunks('precious'));
    expect(await readFile(await store.verified(digest), 'utf8')).toBe('precious');
  });

  it('stops hashing when it is told to', async () => {
    const { digest } = await store.put(chunks(randomBytes(1 << 20)));
    await expect(store.verified(digest, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  // A real full disk: a file system of 256 kB, which only root can mount.
  const fullDisk = mountProblem() === undefined ? it : it.skip;
  fullDisk('answers STORAGE_FULL on a full disk, keeps nothing of it, and goes on', async () => {
    const tiny = join(directory, 'tiny');
    await mkdir(tiny);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', tiny]);
    try {
      const small = await ArtifactStore.open({ directory: tiny, maxBytes: 1 << 30 });
      await expect(
        small.put(chunks(...Array.from({ length: 50 }, () => randomBytes(10_000)))),
      ).rejects.toMatchObject({
        code: 'STORAGE_FULL',
        message: expect.stringContaining('nothing was kept'),
      });
      expect(await readdir(join(tiny, 'tmp'))).toEqual([]);
      expect(await readdir(join(tiny, 'sha256'))).toEqual([]);
      const bytes = randomBytes(100_000);
      await small.verified((await small.put(chunks(bytes))).digest);
    } finally {
      execFileSync('umount', [tiny]);
    }
  });
});

describe('ArtifactStore removes', () => {
  it('what was stored until an instant, and nothing that was sent again since', async () => {
    const old = await store.put(chunks('old'));
    const again = await store.put(chunks('again'));
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const { digest } of [old, again]) await utimes(pathOf(digest), hourAgo, hourAgo);
    await store.put(chunks('again'));
    const storedUntil = new Date(Date.now() - 60_000);
    expect(await store.remove(old.digest, { storedUntil })).toBe(true);
    expect(await store.remove(old.digest, { storedUntil })).toBe(false);
    expect(await store.remove(again.digest, { storedUntil })).toBe(false);
    expect(await files()).toEqual([again.digest.slice(7)]);
    await expect(store.remove('../escape', { storedUntil })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('only what it lists: digests with their size and instant, and no stranger', async () => {
    const stored = [await store.put(chunks('a')), await store.put(chunks('bb'))];
    await writeFile(join(directory, 'sha256', stored[0]?.digest.slice(7, 9) ?? '', 'notes.txt'), 'mine');
    await writeFile(join(directory, 'sha256', 'notes.txt'), 'mine too');
    const listed = [];
    for await (const found of store.list()) listed.push(found);
    const byDigest = (a: { digest: string }, b: { digest: string }) => (a.digest < b.digest ? -1 : 1);
    expect(listed.sort(byDigest)).toEqual(
      stored.map(({ digest, size }) => ({ digest, size, storedAt: expect.any(Date) })).sort(byDigest),
    );
    for (const { storedAt } of listed) expect(storedAt.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

/** Why a file system cannot be mounted here; undefined when it can. */
function mountProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting needs root on Linux';
  const probe = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'mounting is not permitted here';
  } finally {
    execFileSync('rmdir', [probe]);
  }
}
