import { childrenOf, commandOf, memoryOf } from '../support/proc-files.js';

const EVERY_MS = 20;

export interface MemoryDuring {
  readonly serverBeforeMb: number;
  readonly serverMostMb: number;
  readonly childMostMb: number;
}

/** The most memory a server takes from now on, and its child whose command line holds a word. */
export function watchMemory(pid: number, childCommand: string): { stop(): MemoryDuring } {
  const resident = (process: number) => memoryOf([process]).residentMb;
  const serverBeforeMb = resident(pid);
  let serverMostMb = serverBeforeMb;
  let childMostMb = 0;
  const look = () => {
    serverMostMb = Math.max(serverMostMb, resident(pid));
    const child = childrenOf(pid).find((candidate) => commandOf(candidate).includes(childCommand));
    // One that ends while it is looked at has no memory.
    if (child !== undefined) childMostMb = Math.max(childMostMb, resident(child) || 0);
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      return { serverBeforeMb, serverMostMb, childMostMb };
    },
  };
}
