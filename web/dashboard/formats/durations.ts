import { formatSpan } from './times.js';

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** An ISO 8601 duration as people write it, such as `5 min`; as it is where it is none. */
export function formatDuration(duration: string): string {
  const found: readonly (string | undefined)[] | null = DURATION.exec(duration);
  if (found === null) return duration;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  return formatSpan((((weeks * 7 + days) * 24 + hours) * 3_600 + minutes * 60 + seconds) * 1_000);
}
