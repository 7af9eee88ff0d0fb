import { checkInteger } from '../settings/settings-input.js';

const DEFAULT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 600_000;

/** @throws DomainError INVALID_ARGUMENT */
export function checkedWait({ waitMs }: { readonly waitMs?: number | null | undefined }): number {
  const ms = waitMs ?? DEFAULT_WAIT_MS;
  checkInteger(['waitMs'], ms, 0, MAX_WAIT_MS);
  return ms;
}

/** Resolves when `work` is done, the time is over or the signal aborts; the work goes on either way. */
export async function within(ms: number, work: Promise<void>, signal?: AbortSignal): Promise<void> {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  await Promise.race([work, over]).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  });
}
