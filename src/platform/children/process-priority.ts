import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Of runs that take longer than what is done for them elsewhere: the threads that send, receive or put requests
 * together go first when they want the same core, since the next run waits for that.
 */
export const YIELDING_PRIORITY = 10;
/** Of runs that take long, and of comparing graphs: on Linux a third of what those get, and a thirtieth of what the server gets, of the same core. */
export const BACKGROUND_PRIORITY = 15;

/** Lowers the priority of another process. One that has ended, or belongs to a system without priorities, is left. */
export function lowerPriority(pid: number, priority: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, priority);
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
