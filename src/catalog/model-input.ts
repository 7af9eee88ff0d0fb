import { DomainError } from '../platform/errors.js';
import type { ModelTexts } from './model-store.js';
import type { Domain } from './catalog-records.js';
import { checkText } from '../platform/text/check-text.js';

/** Null and undefined both mean: not given. */
export interface ModelTextsInput {
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly domain?: Domain | null | undefined;
  readonly labels?: readonly string[] | null | undefined;
  readonly card?: string | null | undefined;
}

export interface RegisterModelInput extends ModelTextsInput {
  readonly name: string;
  readonly domain: Domain;
  /** Why, for the event. */
  readonly reason?: string | null | undefined;
}

export interface UpdateModelInput extends ModelTextsInput {
  readonly name: string;
  /** Why, for the event. */
  readonly reason?: string | null | undefined;
}

const MAX_TITLE = 200;
const MAX_SUMMARY = 2_000;
export const MAX_MARKDOWN = 200_000;
const MAX_LABELS = 32;
const MAX_LABEL = 64;

/**
 * What of the input is to be written. Labels keep their order; one given twice is kept once.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function checkModelTexts(input: ModelTextsInput): Partial<ModelTexts> {
  const { title, summary, domain, labels, card } = input;
  return {
    ...(typeof title === 'string' && {
      title: checkText(title.trim(), ['title'], { min: 1, max: MAX_TITLE }),
    }),
    ...(typeof summary === 'string' && { summary: checkText(summary, ['summary'], { max: MAX_SUMMARY }) }),
    ...(domain && { domain }),
    ...(labels && { labels: checkLabels(labels) }),
    ...(typeof card === 'string' && { card: checkText(card, ['card'], { max: MAX_MARKDOWN }) }),
  };
}

function checkLabels(labels: readonly string[]): string[] {
  if (labels.length > MAX_LABELS) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected at most ${MAX_LABELS} labels, got ${labels.length}.`,
      { field: ['labels'] },
    );
  }
  const checked = labels.map((label, index) =>
    checkText(label.trim(), ['labels', String(index)], { min: 1, max: MAX_LABEL }),
  );
  return [...new Set(checked)];
}
