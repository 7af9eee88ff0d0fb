import type { Numbers } from './numbers.js';

const SYLLABLES = [
  ...[
    'al',
    'ben',
    'car',
    'de',
    'ep',
    'flu',
    'gly',
    'hex',
    'in',
    'kel',
    'li',
    'mor',
    'ni',
    'oxy',
    'phen',
    'qui',
  ],
  ...[
    'ri',
    'sul',
    'tri',
    'ur',
    'van',
    'wol',
    'xan',
    'yt',
    'zir',
    'ane',
    'ol',
    'ide',
    'ium',
    'ate',
    'one',
    'yl',
  ],
];
const WORDS = 8_000;
/** About six kilobytes: what a card with sources, units, domain and errors takes. */
const CARD_PARAGRAPHS = 12;
const PARAGRAPH_WORDS = 60;
const SUMMARY_WORDS = 20;

export interface Described {
  readonly summary: string;
  readonly card: string;
}

/** Descriptions in which a few words are everywhere and most are rare, as in any language. */
export function documents(count: number, random: Numbers): Described[] {
  const words = vocabulary(random);
  return Array.from({ length: count }, () => ({
    summary: `${sentence(words, SUMMARY_WORDS, random)}.`,
    card: Array.from(
      { length: CARD_PARAGRAPHS },
      (_, index) => `## Section ${index + 1}\n\n${sentence(words, PARAGRAPH_WORDS, random)}.`,
    ).join('\n\n'),
  }));
}

/** The most frequent first. */
export function vocabulary(random: Numbers): string[] {
  const words = new Set<string>();
  while (words.size < WORDS)
    words.add(Array.from({ length: 2 + random.below(3) }, () => random.pick(SYLLABLES)).join(''));
  return [...words];
}

function sentence(words: readonly string[], length: number, random: Numbers): string {
  // A random power of the number of words: rank r comes up about as often as 1 / r.
  return Array.from(
    { length },
    () => words[Math.floor(words.length ** (random.below(1_000_000) / 1_000_000)) - 1] ?? '',
  ).join(' ');
}
