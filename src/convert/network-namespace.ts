import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** As root, or by a user namespace, where the system lets users have them. */
const WAYS: readonly (readonly string[])[] = [
  ['unshare', '--net', '--'],
  ['unshare', '--map-root-user', '--net', '--'],
];

let found: Promise<readonly string[]> | undefined;

/**
 * What a command is put behind so that it runs in a network namespace without any device. Nothing where the system has no
 * such thing, or does not let this process have one: then the converter refuses sockets by itself, and says so.
 */
export function networkPrefix(): Promise<readonly string[]> {
  found ??= firstThatWorks();
  return found;
}

async function firstThatWorks(): Promise<readonly string[]> {
  for (const way of WAYS) {
    const [command = '', ...args] = way;
    try {
      await run(command, [...args, 'true']);
      return way;
    } catch {
      // Not this way.
    }
  }
  return [];
}
