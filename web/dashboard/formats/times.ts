const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

export function formatDateTime(date: Date): string {
  return full.format(date);
}

export function formatClock(date: Date, now: number): string {
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, such as `4 min ago`. A clock that is a little ahead makes nothing happen in the future. */
export function formatAgo(date: Date, now: number): string {
  const passed = now - date.getTime();
  if (passed < 10 * SECOND) return passed > -MINUTE ? 'just now' : `in ${formatSpan(-passed)}`;
  return passed < 30 * DAY ? `${formatSpan(passed)} ago` : day.format(date);
}

/** A span in its largest unit, such as `4 min` or `2 h 10 min`. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  const days = Math.floor(ms / DAY);
  return days === 1 ? '1 day' : `${days} days`;
}
