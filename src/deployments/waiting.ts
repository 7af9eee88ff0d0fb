import { checkInteger } from './settings-input.js';

const DEFAULT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 600_000;

/** @throws DomainError INVALID_ARGUMENT */
export function checkedWait({ waitMs }: { readonly waitMs?: number | null | undefined }): number {
  const ms = waitMs ?? DEFAULT_WAIT_MS;
  checkInteger(['waitMs'], ms, 0, MAX_WAIT_MS);
  return ms;
}

/** Resolves when `work` is done or the time is over; the work goes on either way. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
