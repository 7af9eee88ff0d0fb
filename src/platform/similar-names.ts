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

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
