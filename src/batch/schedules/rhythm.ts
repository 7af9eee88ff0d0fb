import { Cron } from 'croner';
import { DomainError } from '../../platform/errors.js';
import { formatDuration, parseDuration } from '../../platform/text/duration.js';

const MINUTE_MS = 60_000;
const LONGEST_MS = 366 * 24 * 60 * MINUTE_MS;
const MAX_TEXT = 100;

/** When something is due again and again. */
export interface Rhythm {
  /**
   * The first time after `now` that is due. What was missed is not made up for.
   *
   * @param before when it was due last; null for the first time
   */
  next(now: Date, before: Date | null): Date;
}

/**
 * A cron expression of five fields in a time zone, or an ISO 8601 duration.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function readRhythm(every: string, timeZone: string): Rhythm {
  const text = every.trim();
  if (text.length > MAX_TEXT) throw invalid('every', `at most ${MAX_TEXT} characters, got ${text.length}`);
  if (!isTimeZone(timeZone))
    throw invalid(
      'timeZone',
      `a time zone of the IANA list, such as Europe/Berlin, got ${JSON.stringify(timeZone.slice(0, MAX_TEXT))}`,
    );
  return /^P/i.test(text) ? steadily(text) : byTheClock(text, timeZone);
}

/** From when it was due last on, so that what is late does not shift what follows. */
function steadily(text: string): Rhythm {
  const ms = parseDuration(text.toUpperCase());
  if (ms === null)
    throw invalid(
      'every',
      `an ISO 8601 duration of weeks, days, hours and minutes, such as P1D or PT6H, got ${JSON.stringify(text)}`,
    );
  if (ms < MINUTE_MS || ms > LONGEST_MS)
    throw invalid('every', `a duration from one minute to a year, got ${formatDuration(ms)}`);
  return {
    next(now, before) {
      if (before === null || before > now) return new Date(now.getTime() + ms);
      const missed = Math.floor((now.getTime() - before.getTime()) / ms);
      return new Date(before.getTime() + (missed + 1) * ms);
    },
  };
}

function byTheClock(text: string, timeZone: string): Rhythm {
  const cron = parseCron(text, timeZone);
  const next = (now: Date) => {
    const found = cron.nextRun(now);
    if (found) return found;
    throw invalid('every', `a time that comes, got ${JSON.stringify(text)}, which never does`);
  };
  next(new Date());
  return { next };
}

function parseCron(text: string, timezone: string): Cron {
  try {
    return new Cron(text, { timezone, mode: '5-part', paused: true });
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    throw invalid(
      'every',
      `a cron expression of five fields (minute, hour, day, month, weekday), such as "0 6 * * MON", or an ISO 8601 duration such as P1D, got ${JSON.stringify(text)}: ${problem}`,
      error,
    );
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function invalid(field: string, expected: string, cause?: unknown): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${field} to be ${expected}.`, {
    field: [field],
    cause,
  });
}
