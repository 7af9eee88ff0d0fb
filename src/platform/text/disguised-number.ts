import { asciiLookalike } from './lookalikes.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * What to write instead of a text that a person reads as a number and JSON does not: "−1.5" with a minus sign, "１２" in full
 * width, "1 000", "1,5", or a number in quotes. undefined when it is none, or when it could mean two numbers ("1,000").
 */
export function disguisedNumber(text: string): string | undefined {
  const plain = Array.from(text.trim(), (character) => asciiLookalike(character) ?? character).join('');
  const joined = /^[+-]?\d{1,3}(?:[ '_]\d{3})+(?![\d])/.test(plain) ? plain.replace(/[ '_]/g, '') : plain;
  const pointed = /^[^,]*,(?!\d{3}$)[^,]*$/.test(joined) ? joined.replace(',', '.') : joined;
  const value = NUMBER.test(pointed) ? Number(pointed) : NaN;
  return Number.isFinite(value) ? String(value) : undefined;
}
