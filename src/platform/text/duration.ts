const UNITS = [
  ['W', 604_800_000],
  ['D', 86_400_000],
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
] as const;

const PATTERN =
  /^P(?=\d|T\d)(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?=\d)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

/**
 * An ISO 8601 duration such as PT5M in whole milliseconds; null for anything else. Years and months, whose length
 * depends on the calendar, are none here.
 */
export function parseDuration(text: string): number | null {
  if (text.length > 60) return null;
  const amounts = PATTERN.exec(text)?.slice(1);
  if (!amounts) return null;
  const ms = UNITS.reduce((sum, [, unit], place) => {
    const amount = amounts[place];
    return amount === undefined ? sum : sum + Number(amount.replace(',', '.')) * unit;
  }, 0);
  return ms <= Number.MAX_SAFE_INTEGER ? Math.round(ms) : null;
}

/** The ISO 8601 form of so many milliseconds, such as P1DT12H; PT0S for none. */
export function formatDuration(ms: number): string {
  let left = Math.round(Math.abs(ms));
  let date = '';
  let time = '';
  for (const [letter, unit] of UNITS) {
    if (letter === 'W') continue;
    const amount = letter === 'S' ? left / unit : Math.floor(left / unit);
    left -= letter === 'S' ? left : amount * unit;
    if (amount === 0) continue;
    if (letter === 'D') date = `${amount}D`;
    else time += `${amount}${letter}`;
  }
  if (date === '' && time === '') return 'PT0S';
  return `${ms < 0 ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}
