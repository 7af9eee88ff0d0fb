/**
 * Letters of other scripts that are drawn like Latin ones: from the data of Unicode Technical Standard 39, Unicode
 * Security Mechanisms, as far as chemists' and programmers' keyboards and documents bring them.
 */
const LETTERS: Readonly<Record<string, string>> = {
  // Cyrillic
  ...pairs('АВЕЅІЈКМНОРСТХаеѕіјорсухԁԛԝ', 'ABESIJKMHOPCTXaesijopcyxdqw'),
  // Greek
  ...pairs('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ', 'ABEZHIKMNOPTYXaikvopux'),
  ı: 'i',
  '∕': '/',
  '⁄': '/',
  '∖': '\\',
  '∶': ':',
  '∗': '*',
  '꞊': '=',
  '․': '.',
  '﹦': '=',
};

/** What an ASCII reader takes a character for; '' for one that cannot be seen; undefined when it looks like itself. */
export function asciiLookalike(character: string): string | undefined {
  if (/^[\p{Cc}\p{Cf}\p{Mn}]$/u.test(character)) return '';
  if (/^\p{Zs}$/u.test(character)) return ' ';
  if (/^[\p{Pd}\u2212\u207b\u208b\u02d7\u2043]$/u.test(character)) return '-';
  const letter = LETTERS[character];
  if (letter !== undefined) return letter;
  // Full-width, superscript, circled and mathematical forms: Unicode's own compatibility mapping.
  const plain = character.normalize('NFKC');
  return plain !== character && /^[!-~]$/.test(plain) ? plain : undefined;
}

function pairs(strange: string, plain: string): Record<string, string> {
  const targets = Array.from(plain);
  return Object.fromEntries(Array.from(strange, (character, index) => [character, targets[index] ?? '']));
}
