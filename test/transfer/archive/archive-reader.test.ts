import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_MANIFEST_BYTES } from '../../../src/transfer/archive/archive-layout.js';
import type { Manifest } from '../../../src/transfer/archive/manifest.js';
import { encodeHeader } from '../../../src/platform/tar/ustar.js';
import { archiveFiles, blobOf, readWhole, sampleManifest, tarOf, type TarFile } from '../sample-archive.js';
import { rounds } from '../../support/depth.js';

const graphs = [Buffer.from('the first graph'), Buffer.alloc(1_000, 7)];
const manifest = sampleManifest(graphs);
const files = archiveFiles(manifest, graphs);
const archive = tarOf(files);

const refused = async (bytes: Buffer, code = 'ARCHIVE_INVALID') => {
  const error = (await readWhole(bytes).then(
    () => ({ code: 'nothing', message: 'was wrong' }),
    (thrown: unknown) => thrown,
  )) as { code?: string; message: string };
  expect(error).toMatchObject({ code });
  return error.message;
};
const withFiles = (change: (files: TarFile[]) => readonly TarFile[]) => tarOf(change([...files]));
const withManifest = (change: object) => tarOf(archiveFiles({ ...manifest, ...change }, graphs));

/** A header of another kind, with the checksum that fits it. */
function header(name: string, type: string, size = 0, link = ''): Buffer {
  const block = encodeHeader({ name: 'placeholder', size });
  block.fill(0, 0, 100).write(name, 0, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(link, 157, 'latin1');
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

describe('reading an archive', () => {
  it('gives what was written', async () => {
    expect(await readWhole(archive)).toEqual(manifest);
  });

  it('takes the zeros that GNU tar fills its last record with', async () => {
    const padded = Buffer.concat([archive, Buffer.alloc(10_240 - (archive.length % 10_240))]);
    expect(await readWhole(padded)).toEqual(manifest);
  });

  it('finds every changed bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(archive);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        await expect(readWhole(damaged)).rejects.toThrow();
      }),
      { numRuns: rounds(500) },
    );
    // The bytes that look least like content: the first header, and what follows the first file.
    for (let at = 0; at < 512; at += 1) {
      const damaged = Buffer.from(archive);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      await expect(readWhole(damaged)).rejects.toThrow();
    }
  });

  it('finds every cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), async (length) => {
        await refused(archive.subarray(0, length));
      }),
      { numRuns: rounds(100) },
    );
  });

  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(4_096)],
    ['another kind of file', Buffer.from('PK\x03\x04'.padEnd(2_000, 'x'))],
    ['a tar of other things', tarOf([{ name: 'README', bytes: Buffer.from('hello') }])],
    ['garbage behind the end', Buffer.concat([archive, Buffer.alloc(512, 1)])],
    ['a second archive behind the end', Buffer.concat([archive, archive])],
    ['many zeros behind the end', Buffer.concat([archive, Buffer.alloc(1 << 20)])],
    ['no end', archive.subarray(0, -1_024)],
  ])('refuses %s', async (_what, bytes) => {
    await refused(bytes);
  });

  const before = (block: Buffer, body = Buffer.alloc(0)) => Buffer.concat([block, body, archive]);
  const after = (block: Buffer, body = Buffer.alloc(0)) =>
    Buffer.concat([archive.subarray(0, -1_024), block, body, Buffer.alloc(1_024)]);
  it.each([
    ['a path outside', after(header('../x', '0')), '../x'],
    ['an absolute path', after(header('/etc/passwd', '0')), '/etc/passwd'],
    ['a symbolic link', after(header('blobs/link', '2', 0, '/etc/passwd')), 'symbolic link'],
    ['a hard link', after(header('blobs/link', '1', 0, 'manifest.json')), 'hard link'],
    ['a device', before(header('zero', '3')), 'character device'],
    ['a folder', before(header('blobs/', '5')), 'folder'],
    ['a pax record', before(header('pax', 'x', 20), Buffer.alloc(512, 'a')), 'pax record'],
    ['a GNU long name', before(header('././@LongLink', 'L', 20), Buffer.alloc(512, 'a')), 'GNU record'],
    ['an unknown kind', before(header('what', 'Z')), 'something'],
  ])('refuses %s', async (_what, bytes, told) => {
    expect(await refused(bytes)).toContain(told);
  });

  it.each<[string, (files: TarFile[]) => readonly TarFile[], string]>([
    ['a file twice', (all) => [...all, ...all.slice(-1)], 'twice'],
    [
      'a file too many',
      (all) => [...all, { name: 'blobs/sha256/more', bytes: Buffer.alloc(3) }],
      'does not name',
    ],
    ['a file too few', (all) => all.slice(0, -1), 'cut short'],
    [
      'files in another order',
      ([a, b, c, d]) => [a, b, d, c].flatMap((file) => file ?? []),
      'expected blobs/',
    ],
    [
      'no manifest',
      ([sums, , ...blobs]) => [sums, ...blobs].flatMap((file) => file ?? []),
      'expected manifest.json',
    ],
    [
      'the manifest first',
      ([sums, ...rest]) => [...rest, sums].flatMap((file) => file ?? []),
      'expected SHA256SUMS',
    ],
    [
      'a blob with other bytes of the same length',
      (all) =>
        all.map((file, index) =>
          index === 2 ? { ...file, bytes: file.bytes.map((byte) => byte ^ 1) } : file,
        ),
      'has other bytes',
    ],
    [
      'a blob of another length',
      (all) => all.map((file, index) => (index === 2 ? { ...file, bytes: Buffer.alloc(600) } : file)),
      '',
    ],
  ])('refuses %s', async (_what, change, told) => {
    await expect(readWhole(withFiles(change))).rejects.toThrow(told);
  });

  it('refuses a manifest that is larger than any, before it reads it', async () => {
    const huge = encodeHeader({ name: 'manifest.json', size: MAX_MANIFEST_BYTES + 1 });
    const [sums] = files;
    const start = tarOf(sums ? [sums] : []).subarray(0, -1_024);
    expect(await refused(Buffer.concat([start, huge]))).toContain(`at most ${MAX_MANIFEST_BYTES}`);
  });

  it('names the version of a newer format', async () => {
    expect(
      await refused(withManifest({ formatVersion: 2, surprises: true }), 'ARCHIVE_UNSUPPORTED'),
    ).toContain('format version 1, got 2');
  });

  const [first, second] = manifest.versions;
  const [production] = manifest.aliases;
  const history = (change: (entries: Manifest['aliasHistory']) => unknown) => ({
    aliasHistory: change(structuredClone(manifest.aliasHistory)),
  });
  it.each([
    ['of another format', { format: 'other' }, 'format'],
    ['of no version', { formatVersion: '1' }, 'formatVersion'],
    ['with a field too many', { surprises: true }, 'surprises'],
    ['without its model', { model: undefined }, 'model'],
    ['with a name that is a path', { model: { ...manifest.model, name: '../x' } }, 'model name'],
    ['with an empty title', { model: { ...manifest.model, title: ' ' } }, 'title'],
    [
      'with an instant that is none',
      { model: { ...manifest.model, createdAt: '2026-02-30T00:00:00.000Z' } },
      'createdAt',
    ],
    ['with a NUL character', { model: { ...manifest.model, card: 'a\0b' } }, 'card'],
    ['with half a character', { model: { ...manifest.model, card: 'a\ud800b' } }, 'card'],
    ['without its first version', { versions: [second] }, 'expected version 1'],
    [
      'with a version of a blob it lacks',
      { versions: [first, { ...second, artifact: blobOf(Buffer.from('x')).digest }] },
      'not among its blobs',
    ],
    [
      'with a blob of no version',
      { versions: [first], aliases: [], aliasHistory: [] },
      'no version consists',
    ],
    [
      'with a version made from itself',
      {
        versions: [
          first,
          {
            ...second,
            derivedFrom: [{ model: null, number: 2, digest: second?.artifact, relation: 'PRUNED' }],
          },
        ],
      },
      'not an earlier one',
    ],
    [
      'with a metric twice',
      { versions: [{ ...first, metrics: [...(first?.metrics ?? []), ...(first?.metrics ?? [])] }, second] },
      'rmse',
    ],
    ['with a tag of no version', { tags: [{ ...manifest.tags[0], version: 9 }] }, 'names version 9'],
    ['with a tag that is a number', { tags: [{ ...manifest.tags[0], name: '7' }] }, 'only digits'],
    ['with a tag twice', { tags: [manifest.tags[0], manifest.tags[0]] }, 'not in order'],
    [
      'with a tag that is an alias',
      { tags: [{ ...manifest.tags[0], name: 'production' }] },
      'both a tag and an alias',
    ],
    [
      'with an alias and no history',
      { aliases: [production, { ...production, name: 'staging' }] },
      'does not end where',
    ],
    [
      'with an alias elsewhere than its history says',
      { aliases: [{ ...production, version: 2 }] },
      'does not end where',
    ],
    ['with a history whose alias is gone', { aliases: [] }, 'does not end with its removal'],
    [
      'with a history with a gap',
      history((entries) => entries.filter((_, index) => index !== 2)),
      'does not begin where',
    ],
    [
      'with a history out of time',
      history((entries) =>
        entries.map((entry, index) => (index === 3 ? { ...entry, at: '2026-01-01T00:00:00.000Z' } : entry)),
      ),
      'earlier than the one before',
    ],
    [
      'with an undo to the future',
      history((entries) => entries.map((entry, index) => (index === 0 ? { ...entry, previous: 3 } : entry))),
      'not undone',
    ],
    [
      'with an undo to another alias',
      history((entries) => entries.map((entry, index) => (index === 2 ? { ...entry, previous: 1 } : entry))),
      'not undone',
    ],
    [
      'with a history of versions it lacks',
      history((entries) =>
        entries.map((entry, index) =>
          index === 2 ? { ...entry, to: 3 } : index === 3 ? { ...entry, from: 3 } : entry,
        ),
      ),
      'does not have',
    ],
  ])('refuses a manifest %s', async (_what, change, told) => {
    expect(await refused(withManifest(change))).toContain(told);
  });

  it('refuses a manifest that is no JSON, or no UTF-8', async () => {
    for (const bytes of [Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
      const changed = files.map((file, index) => (index === 1 ? { ...file, bytes } : file));
      expect(await refused(tarOf(changed))).toContain('not JSON');
    }
  });
});
