import { disguisedNumber } from '../../platform/text/disguised-number.js';
import { strangeNote } from '../../platform/text/strange-character.js';

/** What came, short enough for a message: `the number 5`, `a list`, `"C1CC"`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoteGiven(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 5).map(quote).join(', ')}`;
  }
  return `a ${typeof value}`;
}

/** In quotes, cut after 60 characters, so that a message never carries a whole upload. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** The same, naming the first character that is not plain ASCII: "２６" or "−1.5" would look right in the message, too. */
export function quoteGiven(text: string): string {
  return `${quote(text)}${strangeNote(text)}`;
}

/** `; write 1000` for the text "1 000", which people read as a number. */
export function meantNumber(value: unknown): string {
  const meant = typeof value === 'string' ? disguisedNumber(value) : undefined;
  return meant === undefined ? '' : `; write ${meant}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
