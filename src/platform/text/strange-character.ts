import { unicodeReadableName } from 'unicode-name';
import { asciiLookalike } from './lookalikes.js';

/** A character that a text of plain ASCII does not have: a letter of another script, a control, an invisible one. */
export interface StrangeCharacter {
  readonly character: string;
  /** Counted from 1, in characters as a reader counts them. */
  readonly position: number;
}

/** The first character that is not one of ASCII's printable ones; undefined when there is none. */
export function strangeCharacter(text: string): StrangeCharacter | undefined {
  let position = 0;
  for (const character of text) {
    position++;
    if (character < ' ' || character > '~') return { character, position };
  }
  return undefined;
}

/** `U+041E CYRILLIC CAPITAL LETTER O`, by Unicode's own name. */
export function characterName(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = unicodeReadableName(point);
  return name === undefined ? code : `${code} ${name}`;
}

/** `character 3 is U+041E CYRILLIC CAPITAL LETTER O, which only looks like "O"`. */
export function describeStrange({ character, position }: StrangeCharacter): string {
  const meant = asciiLookalike(character);
  const looks =
    meant === undefined
      ? ''
      : meant === ''
        ? ', which cannot be seen'
        : `, which only looks like ${meant === ' ' ? 'a space' : JSON.stringify(meant)}`;
  return `character ${position} is ${characterName(character)}${looks}`;
}

/** ` (character 3 is …)` for a message that quotes a text; nothing where every character is plain. */
export function strangeNote(text: string): string {
  const strange = strangeCharacter(text);
  return strange === undefined ? '' : ` (${describeStrange(strange)})`;
}
