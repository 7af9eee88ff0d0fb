import { wrongUsage } from '../failure.js';

/**
 * Reads `head,key=value,key=value`, where only the given keys count: a comma elsewhere is part of the text.
 * @throws Failure USAGE
 */
export function labelled<Key extends string>(
  text: string,
  keys: readonly Key[],
): { readonly head: string; readonly fields: Partial<Readonly<Record<Key, string>>> } {
  const [head = '', ...parts] = text.split(new RegExp(`,\\s*(?=(?:${keys.join('|')})=)`));
  const fields: Partial<Record<Key, string>> = {};
  for (const part of parts) {
    const key = part.slice(0, part.indexOf('=')) as Key;
    if (fields[key] !== undefined) throw wrongUsage(`Expected ${key}= once in ${JSON.stringify(text)}.`);
    fields[key] = part.slice(key.length + 1).trim();
  }
  return { head: head.trim(), fields };
}
