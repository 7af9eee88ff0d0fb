import type { Decimal } from '../rows.js';

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WITH_COMMA = /^[+-]?(?:\d+,\d+|,\d+)(?:[eE][+-]?\d+)?$/;
/** Digits in groups of three: either a whole number, or one with three decimals. */
const GROUPED = /^[+-]?[1-9]\d{0,2}([.,])\d{3}$/;
/** Several groups, or groups and decimals: no number that is read here. */
const GROUPED_SURELY = /^[+-]?\d{1,3}(?:[.,' ]\d{3})+(?:[.,' ]\d{3}|[.,]\d+)$/;

/** What a column's numbers are written with, by some of its cells; null where no cell tells. */
export function decimalOf(cells: Iterable<string>): Decimal | 'unclear' | null {
  const seen = { comma: false, point: false, grouped: false };
  for (const cell of cells) {
    if (GROUPED.test(cell) && cell.includes(',')) seen.grouped = true;
    else if (WITH_COMMA.test(cell)) seen.comma = true;
    else if (PLAIN.test(cell) && cell.includes('.') && !GROUPED.test(cell)) seen.point = true;
  }
  if (seen.comma) return seen.point ? 'unclear' : ',';
  if (seen.grouped) return 'unclear';
  return seen.point ? '.' : null;
}

/** @returns the number, or why the text is none that can be told */
export function readNumber(
  text: string,
  decimal: Decimal | 'unclear',
): { readonly number: number } | { readonly fault: string } {
  if (decimal === 'unclear' && /[.,]/.test(text))
    return {
      fault: `${shown(text)} may be written with a decimal comma or with groups of three digits: the column has both. Write it with points, and without groups.`,
    };
  if (decimal === ',') {
    if (WITH_COMMA.test(text)) return finite(text.replace(',', '.'), text);
    if (PLAIN.test(text) && text.includes('.'))
      return {
        fault: `${shown(text)} has a decimal point where other numbers of the file have decimal commas. Write them alike.`,
      };
  }
  if (PLAIN.test(text)) return finite(text, text);
  if (WITH_COMMA.test(text))
    return {
      fault: `${shown(text)} has a comma where other numbers have none: expected a decimal point, or decimal commas throughout.`,
    };
  if (GROUPED_SURELY.test(text))
    return { fault: `${shown(text)} is written in groups of digits: expected digits without groups.` };
  return { fault: `Expected a number, got ${shown(text)}.` };
}

function finite(text: string, given: string): { readonly number: number } | { readonly fault: string } {
  const number = Number(text);
  return Number.isFinite(number)
    ? { number }
    : { fault: `${shown(given)} is too large for a number: expected at most 1.8e308.` };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
