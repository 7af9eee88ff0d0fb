import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition that nothing announces; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitMs = 2; !(await condition()); waitMs = Math.min(1.5 * waitMs, 50)) await delay(waitMs);
}

/** Whether a process runs. One that has ended and whose parent has not asked for its end yet does not. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (existsSync('/proc/self/stat')) {
    try {
      return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
