/** Every character that GraphQL has no place for becomes `_`; a leading digit gets one before it. */
export function graphqlName(text: string): string {
  const name = Array.from(text, (character) => (/\w/.test(character) ? character : '_')).join('');
  // Names with two in front belong to GraphQL itself.
  if (name.startsWith('__')) return graphqlName(name.slice(1));
  if (/^\d/.test(name)) return `_${name}`;
  return name === '' ? '_' : name;
}

/**
 * Names as GraphQL has them, each once: on a collision the first keeps the name and the others are numbered.
 *
 * @param reserved names that are taken already, or mean something of their own
 */
export function distinctNames(
  texts: readonly string[],
  reserved: Iterable<string> = [],
  nameOf: (text: string) => string = graphqlName,
): string[] {
  const taken = new Set(reserved);
  return texts.map((text) => {
    const wanted = nameOf(text);
    let name = wanted;
    const stem = wanted.endsWith('_') ? wanted : `${wanted}_`;
    for (let number = 2; taken.has(name); number += 1) name = `${stem}${number}`;
    taken.add(name);
    return name;
  });
}

/** A field's name as the beginning of its types' names: `binding_energy` is `BindingEnergy`. */
export function typePrefix(fieldName: string): string {
  const words = fieldName.split('_').filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `_${joined}`;
}
