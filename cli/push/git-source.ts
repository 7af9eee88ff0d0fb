import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SourceInput } from '../__generated__/operations.js';
import { wrongUsage } from '../failure.js';

const run = promisify(execFile);

/** `https://github.com/team/models@9fceb02`; without a commit when there is no `@` behind the address. */
export function parseSource(text: string): SourceInput {
  const [, repository, commit] = /^(.+?)(?:@([0-9A-Za-z][\w.-]*))?$/.exec(text.trim()) ?? [];
  if (repository === undefined)
    throw wrongUsage(`--source: expected REPOSITORY@COMMIT, got ${JSON.stringify(text)}.`);
  // `git@github.com:team/models` has an `@` that belongs to the address.
  if (commit !== undefined && !/^[\w-]+$/.test(repository)) return { repository, commit };
  return { repository: text.trim() };
}

/** What the checkout around `folder` says about itself; null outside of one, before its first commit, or without git. */
export async function gitSource(folder: string): Promise<SourceInput | null> {
  const git = async (...args: readonly string[]) => {
    // Without the lock that `status` takes to refresh its index: somebody may be committing.
    const { stdout } = await run('git', ['--no-optional-locks', '-C', folder, ...args], {
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout.trim();
  };
  try {
    const commit = await git('rev-parse', '--verify', 'HEAD');
    // Files that git does not know are most often what the training has just written.
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    const repository = await git('remote', 'get-url', 'origin').catch(() => undefined);
    return { commit, dirty: changes !== '', repository: repository && withoutCredentials(repository) };
  } catch {
    return null;
  }
}

/** CI clones from addresses that hold a token. */
function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return address;
  url.username = '';
  url.password = '';
  return url.href;
}
