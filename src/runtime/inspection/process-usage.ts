import { readFileSync } from 'node:fs';

/** Bytes that a process holds for itself, without what it shares with others; 0 where the system does not say. */
export function ownMemory(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? 0 : Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

/** Of the kernel's clock as it is told to programs; the same on every Linux of this century. */
const TICK_MS = 10;

/** Milliseconds of computing that a process has had; undefined where the system does not say. */
export function computingMs(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Behind the name, which may hold anything: state is the 3rd field, user time the 14th, system time the 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
  } catch {
    return undefined;
  }
}
