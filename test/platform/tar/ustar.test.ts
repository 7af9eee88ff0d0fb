import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeHeader, encodeHeader } from '../../../src/platform/tar/ustar.js';
import { archiveFiles, sampleManifest, tarOf } from '../../transfer/sample-archive.js';

describe('the tar format of archives', () => {
  const graphs = [Buffer.from('first'), Buffer.alloc(512, 2)];
  const files = archiveFiles(sampleManifest(graphs), graphs);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'retort-tar-'));
    for (const { name, bytes } of files) {
      mkdirSync(dirname(join(folder, 'in', name)), { recursive: true });
      writeFileSync(join(folder, 'in', name), bytes);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const tar = (...args: string[]) =>
    execFileSync('tar', args, { cwd: join(folder, 'in'), maxBuffer: 1 << 24 });

  it('is what stock tar writes', () => {
    const flags = [
      '--format=ustar',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=644',
      '-b1',
    ];
    expect(tar(...flags, '-cf', '-', ...files.map(({ name }) => name))).toEqual(tarOf(files));
  });

  it('is listed and extracted by stock tar', () => {
    writeFileSync(join(folder, 'archive.tar'), tarOf(files));
    expect(tar('-tf', '../archive.tar').toString()).toBe(files.map(({ name }) => `${name}\n`).join(''));
    for (const { name, bytes } of files)
      expect(tar('-xOf', '../archive.tar', name)).toEqual(Buffer.from(bytes));
  });

  it.each([0, 1, 8 ** 11 - 1, 8 ** 11, 2 ** 40, Number.MAX_SAFE_INTEGER])(
    'says a size of %p bytes',
    (size) => {
      expect(decodeHeader(encodeHeader({ name: 'a', size }))).toEqual({ name: 'a', size });
    },
  );

  it('says a size beyond 8 GiB as stock tar does', () => {
    const size = 9 * 1024 ** 3 + 5;
    writeFileSync(join(folder, 'large.tar'), encodeHeader({ name: 'large', size }));
    const listed = execFileSync('sh', ['-c', 'tar -tvf large.tar 2>/dev/null || true'], { cwd: folder });
    expect(listed.toString()).toContain(String(size));
  });

  it.each(['../x', '/etc/passwd', 'a//b', '', 'ä', 'a'.repeat(101)])('writes no name %p', (name) => {
    expect(() => encodeHeader({ name, size: 1 })).toThrow('no name');
  });
});
