import { readFileSync } from 'node:fs';

/**
 * Bytes that a process holds for itself: without the pages of libraries, which all such processes share and which are
 * most of what is resident. Undefined where the system does not tell, or the process has ended.
 */
export function ownBytesOf(pid: number | 'self'): number | undefined {
  return statusOf(pid, 'RssAnon');
}

/** Bytes that count for the limit of a process, touched or not. Undefined as above. */
export function dataBytesOf(pid: number): number | undefined {
  return statusOf(pid, 'VmData');
}

function statusOf(pid: number | 'self', field: 'RssAnon' | 'VmData'): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

const OUT_OF_MEMORY =
  /failed to allocate memory|bad_alloc|available memory of \d+ is smaller than requested|out of memory|allocation failed|cannot allocate memory|no memory for/i;

/** Whether these are a runtime's words for memory that it did not get. */
export function speaksOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message);
}
