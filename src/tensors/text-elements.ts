/**
 * What keeps a string from reaching a graph as it is; undefined when nothing does. The runtime takes strings as UTF-8 that
 * ends at the first NUL, so it would cut or replace these without a word.
 */
export function uncarriedText(value: string): string | undefined {
  const end = value.indexOf('\0');
  if (end !== -1) return `NUL (character ${end}), where the runtime would cut it off`;
  // With the flag u a surrogate of a pair is no character of its own: only lone ones are found.
  const lone = /\p{Surrogate}/u.exec(value);
  if (lone === null) return undefined;
  const code = lone[0].charCodeAt(0).toString(16).toUpperCase();
  return `half of a surrogate pair (U+${code}, character ${lone.index}), which UTF-8 cannot hold`;
}
