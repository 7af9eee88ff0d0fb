import { DomainError } from '../platform/errors.js';
import type { Domain } from './catalog-records.js';

/** A model must meet every condition that is given. */
export interface ModelFilter {
  readonly domain?: Domain | null | undefined;
  /** It carries all of these. */
  readonly labels?: readonly string[] | null | undefined;
  /** Every word occurs in its name, title, summary, labels or card. */
  readonly text?: string | null | undefined;
  readonly name?: string | null | undefined;
  /** True lists the archived models instead of those in use. */
  readonly archived?: boolean | null | undefined;
  /** Whether any deployment of it is not stopped. */
  readonly deployed?: boolean | null | undefined;
}

const MAX_WORDS = 10;
const MAX_TEXT = 500;

/** @throws DomainError INVALID_ARGUMENT */
export function searchWords(text: string): string[] {
  if (text.length > MAX_TEXT) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a search text of at most ${MAX_TEXT} characters, got ${text.length}.`,
      { field: ['filter', 'text'] },
    );
  }
  const words = text.split(/\s+/u).filter((word) => word !== '');
  if (words.length > MAX_WORDS) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected at most ${MAX_WORDS} words to search for, got ${words.length}.`,
      { field: ['filter', 'text'] },
    );
  }
  return words;
}
