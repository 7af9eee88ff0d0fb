import { formatAgo, formatClock, formatDateTime } from '../formats/times.js';
import { useNow } from './use-now.js';

interface TimeProps {
  readonly at: string | Date;
  /** `ago` counts along; `clock` has the day only when it is another one. */
  readonly form?: 'ago' | 'clock' | 'full';
}

export function Time({ at, form = 'ago' }: TimeProps) {
  const now = useNow();
  const date = new Date(at);
  const text =
    form === 'ago' ? formatAgo(date, now) : form === 'clock' ? formatClock(date, now) : formatDateTime(date);
  return (
    <time dateTime={date.toISOString()} title={formatDateTime(date)}>
      {text}
    </time>
  );
}
