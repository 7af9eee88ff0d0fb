import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exposureOf, lockDirectory } from '../../src/platform/directory-lock.js';
import { StartupError } from '../../src/platform/errors.js';

describe('data directory lock', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'retort-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is refused to a second holder, named, and free again after release', async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(StartupError);
    await expect(lockDirectory(directory)).rejects.toThrow(`in use by process ${process.pid}`);
    await lock.release();
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('removes what starts that met a full disk left behind, and nothing that another start may be about to use', async () => {
    const [old, young] = ['old', 'young'].map(
      (_, index) => `retort.lock.${String(index).repeat(8)}-0000-0000-0000-000000000000`,
    );
    for (const name of [old, young]) await writeFile(join(directory, name ?? ''), '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(directory, old ?? ''), longAgo, longAgo);
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([young]);
  });

  it('says who else can get at it, and how to close it', async () => {
    expect(await exposureOf(directory)).toBeNull();
    await chmod(directory, 0o755);
    expect(await exposureOf(directory)).toMatch(
      /open to everybody on this machine \(mode 755\), who may read .* chmod 700/,
    );
    await chmod(directory, 0o770);
    expect(await exposureOf(directory)).toMatch(/open to its group \(mode 770\), who may change/);
  });

  it('goes to exactly one of many who ask at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken at once from a holder killed with -9', async () => {
    const script = `import { exposureOf, lockDirectory } from ${JSON.stringify(new URL('../../dist/src/platform/directory-lock.js', import.meta.url).href)};
      await lockDirectory(${JSON.stringify(directory)}); process.stdout.write('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(lockDirectory(directory)).rejects.toThrow(`in use by process ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await lockDirectory(directory)).release();
  });

  it('is taken from a process id that another process has since', async () => {
    await writeLock({ pid: process.pid, host: hostname(), started: 'another boot:1', nonce: 'old' });
    await (await lockDirectory(directory)).release();
  });

  it('believes a holder on another host while its heartbeat is fresh, and not after', async () => {
    await writeLock({ pid: 1, host: 'elsewhere', started: null, nonce: 'other' });
    await expect(lockDirectory(directory)).rejects.toThrow('process 1 on elsewhere');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(directory, 'retort.lock'), longAgo, longAgo);
    await (await lockDirectory(directory)).release();
  });

  it('recovers from a lock that a full disk cut short', async () => {
    await writeFile(join(directory, 'retort.lock'), '{"pid": 12');
    await (await lockDirectory(directory)).release();
  });

  const writeLock = (holder: object) => writeFile(join(directory, 'retort.lock'), JSON.stringify(holder));
});
