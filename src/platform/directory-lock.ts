import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  link,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { StartupError } from './errors.js';

const holder = z.object({
  pid: z.number(),
  host: z.string(),
  started: z.string().nullable(),
  nonce: z.string(),
});
type Holder = z.infer<typeof holder>;

/** Another host's holder is believed dead when it has not touched its lock for this long. */
const FOREIGN_STALE_MS = 15_000;
const HEARTBEAT_MS = 3_000;
const LEFTOVER = /^retort\.lock\.[0-9a-f-]{36}(?:\.dead)?$/;

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process alone. The holder is known by process id and start time, so a holder
 * killed with -9 is recognised at once and a reused process id is not mistaken for it; on another host (a shared
 * volume) by a heartbeat.
 *
 * @throws StartupError naming the holder when the directory is in use.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await makeUsable(directory);
  const file = join(directory, 'retort.lock');
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    started: startTime(process.pid),
    nonce: randomUUID(),
  };

  const draft = join(directory, `retort.lock.${mine.nonce}`);
  await writeFile(draft, JSON.stringify(mine), { flag: 'wx', mode: 0o600 }).catch(async (error: unknown) => {
    // A full disk leaves the name without its content.
    await rm(draft, { force: true }).catch(() => undefined);
    throw unusable(directory, error);
  });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        // link() is atomic and refuses an existing name; the lock is never seen half-written.
        await link(draft, file);
        await removeLeftovers(directory, draft);
        return heldLock(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = await readHolder(file);
      if (other && (await isAlive(other, file))) {
        throw new StartupError(
          `The data directory ${directory} is in use by process ${other.pid}${other.host === mine.host ? '' : ` on ${other.host}`}. ` +
            'Stop that process, or set RETORT_DATA to another directory.',
        );
      }
      if (other) await discard(file, other);
    }
    throw new StartupError(`The data directory ${directory} is being taken by another process. Try again.`);
  } finally {
    await rm(draft, { force: true });
  }
}

/** What starts that were killed, or met a full disk, left behind. Another start may be about to use a younger one. */
async function removeLeftovers(directory: string, draft: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((entry) => LEFTOVER.test(entry))) {
    const path = join(directory, name);
    const found = path === draft ? null : await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > FOREIGN_STALE_MS)
      await rm(path, { force: true }).catch(() => undefined);
  }
}

/**
 * Why others on this machine can get at what is in a data directory, in words for its owner; null when they cannot. Not put
 * right by itself: the mode may be meant, for a backup, say.
 */
export async function exposureOf(directory: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  const { mode } = await stat(directory);
  const open = mode & 0o077;
  if (open === 0) return null;
  const who = (open & 0o007) !== 0 ? 'everybody on this machine' : 'its group';
  const what = (open & 0o022) !== 0 ? 'change' : 'read';
  return (
    `The data directory ${directory} is open to ${who} (mode ${(mode & 0o777).toString(8)}), who may ${what} models and recorded ` +
    `requests in it. Close it with: chmod 700 ${directory}`
  );
}

async function makeUsable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(directory, error);
  }
}

function unusable(directory: string, error: unknown): StartupError {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    {
      EEXIST: 'it is a file',
      ENOTDIR: 'a part of its path is a file',
      EACCES: 'this user may not write there',
      EPERM: 'this user may not write there',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
    }[code ?? ''] ?? `the system answered ${code ?? 'with an error'}`;
  return new StartupError(
    `The data directory ${directory} cannot be used: ${reason}. Set RETORT_DATA to a directory that can be written to.`,
    { cause: error },
  );
}

function heldLock(file: string): DirectoryLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      await rm(file, { force: true });
    },
  };
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    return holder.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // A lock whose content cannot be read (a full disk once cut it short) says nothing: treat it as abandoned.
    return { pid: 0, host: hostname(), started: null, nonce: '' };
  }
}

async function isAlive(other: Holder, file: string): Promise<boolean> {
  if (other.host !== hostname()) {
    const touched = await stat(file).catch(() => null);
    return touched !== null && Date.now() - touched.mtimeMs < FOREIGN_STALE_MS;
  }
  if (other.pid <= 0) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // The id lives, but is it the same process? Only Linux tells; elsewhere believe the id.
  return other.started === null || other.started === startTime(other.pid);
}

/** Moves the dead holder's lock away, checking that it is still that holder's: two starters may race here. */
async function discard(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.${randomUUID()}.dead`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && moved.nonce !== dead.nonce) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Boot-relative start time of a process, field 22 of /proc/PID/stat (proc(5)); null where there is no /proc. */
function startTime(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? [];
    return fields[19] === undefined ? null : `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
