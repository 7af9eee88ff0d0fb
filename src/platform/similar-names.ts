import { distance as editDistance } from 'fastest-levenshtein';

/** Up to `limit` names close enough to `wanted` to be what was meant, closest first. */
export function similarNames(given: string, names: readonly string[], limit = 3): string[] {
  const wanted = given.toLowerCase();
  const tolerance = Math.max(1, Math.floor(wanted.length * 0.4));
  return names
    .map((name) => ({
      name,
      distance:
        name.toLowerCase().startsWith(wanted) && wanted !== '' ? 0 : editDistance(wanted, name.toLowerCase()),
    }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}
