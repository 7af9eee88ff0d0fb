import { readFileSync } from 'node:fs';

/** Of Linux on every machine of today: sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used since it began, in milliseconds. Undefined where the system does not tell. */
export function processorMsOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? (ticks * 1_000) / TICKS_PER_SECOND : undefined;
  } catch {
    return undefined;
  }
}
