import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of runs that take long: about a tenth of what other runs get, when they want the same core. */
export const BACKGROUND_PRIORITY = 10;

/** Lowers the priority of another process. One that has ended, or belongs to a system without priorities, is left. */
export function lowerPriority(pid: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, BACKGROUND_PRIORITY);
    } catch {
      // It ended meanwhile.
    }
  }
}

/** Linux counts each thread for itself; elsewhere the process is enough. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}
