import type { BenchCatalogModel } from './contents.js';

/** Words to search for, and what a search for them must find: found by looking through the texts. */
export interface SearchTexts {
  readonly rare: readonly string[];
  readonly common: readonly string[];
  readonly pairs: readonly string[];
  matching(text: string): number;
  matches(name: string, text: string): boolean;
  holds(name: string): boolean;
}

/** Models in the catalog whose texts are not known here: the examples, and what was published while it was empty. */
export const OTHERS = 4;
const WORDS_OF_EACH_KIND = 40;

export function searchTexts(models: readonly BenchCatalogModel[]): SearchTexts {
  const texts = new Map(
    models.map(({ name, title, summary, labels, card }) => [
      name,
      [name, title, summary, ...labels, card].join('\n').toLowerCase(),
    ]),
  );
  const all = [...texts.values()];
  const counts = new Map<string, number>();
  for (const text of all)
    for (const word of new Set(text.match(/[a-z]{4,}/g))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const between = (low: number, high: number) =>
    [...counts]
      .filter(([, count]) => count >= low * models.length && count <= high * models.length)
      .map(([word]) => word)
      .slice(0, WORDS_OF_EACH_KIND);
  const rare = between(0, 0.01);
  const common = between(0.5, 1);
  const middle = between(0.1, 0.5);
  const matches = (text: string, wanted: string) => wanted.split(' ').every((word) => text.includes(word));
  const found = new Map<string, number>();
  return {
    rare,
    common,
    pairs: middle.map((word, index) => `${word} ${common[index % common.length] ?? ''}`),
    matching(text) {
      const known = found.get(text) ?? all.filter((candidate) => matches(candidate, text)).length;
      found.set(text, known);
      return known;
    },
    matches: (name, text) => matches(texts.get(name) ?? '', text),
    holds: (name) => texts.has(name),
  };
}
