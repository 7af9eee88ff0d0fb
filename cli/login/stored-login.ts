import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, Failure, fileFailure, wrongUsage } from '../failure.js';

/** What `retort login` keeps between runs. */
export interface StoredLogin {
  readonly url: string;
  readonly apiKey: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** In the user's own folder for settings (XDG Base Directory Specification), never in a project's. */
export function loginFile(environment: Environment): string {
  const folder =
    absolute(environment.XDG_CONFIG_HOME) ??
    (process.platform === 'win32' ? absolute(environment.APPDATA) : undefined) ??
    join(environment.HOME ?? homedir(), '.config');
  return join(folder, 'retort', 'login.json');
}

/** Null without one. @throws Failure when others may read it, or it is not what `login` wrote */
export function readLogin(path: string): StoredLogin | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw wrongUsage(
        `${path} holds a key and may be read by others: run chmod 600 ${path}, or retort login again.`,
      );
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw fileFailure('read', path, error);
  }
  const { url, apiKey } = (parsed(text) ?? {}) as { readonly url?: unknown; readonly apiKey?: unknown };
  if (typeof url !== 'string' || (apiKey !== null && typeof apiKey !== 'string'))
    throw wrongUsage(`${path} is not what retort login writes. Remove it, or run retort login again.`);
  return { url, apiKey };
}

/** Only its owner may read it, from the first byte on. @throws Failure */
export function writeLogin(path: string, login: StoredLogin): void {
  const part = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(part, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw fileFailure('write', path, error);
  }
}

/** Whether there was one. */
export function forgetLogin(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw fileFailure('remove', path, error);
  }
}

/** The specification has relative paths ignored. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && (folder.startsWith('/') || /^[A-Za-z]:\\/.test(folder)) ? folder : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
