import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, on every platform Node runs on. */
const TICK_MS = 10;

/** Processor time so far of a process with all its threads, in milliseconds; 0 when it is gone. */
export function processorMs(pid: number): number {
  return timesIn(`/proc/${pid}/stat`);
}

/** Processor time so far of a process's first thread, the one that runs the event loop, in milliseconds. */
export function mainThreadMs(pid: number): number {
  return timesIn(`/proc/${pid}/task/${pid}/stat`);
}

/** The processes a process has started and that still run, and theirs. */
export function childrenOf(pid: number): number[] {
  const own = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

/** The command line of a process; empty when it is gone. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

export interface Memory {
  /** Resident pages, those shared with other processes in full, in MB. */
  readonly residentMb: number;
  /** Resident pages, each divided by the number of processes that share it, in MB; NaN when not allowed to look. */
  readonly proportionalMb: number;
}

/** The memory of several processes together. */
export function memoryOf(pids: readonly number[]): Memory {
  const sum = (file: string, field: RegExp) =>
    pids.reduce((total, pid) => total + Number(field.exec(read(`/proc/${pid}/${file}`))?.[1] ?? NaN), 0) /
    1024;
  return {
    residentMb: sum('status', /^VmRSS:\s+(\d+)/m),
    proportionalMb: sum('smaps_rollup', /^Pss:\s+(\d+)/m),
  };
}

function timesIn(path: string): number {
  // The second field is the command in brackets, which may hold spaces.
  const fields = read(path).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
