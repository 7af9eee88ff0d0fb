import { MAX_ALIASES_PER_MODEL } from '../../catalog/index.js';
import { canonicalJson } from '../archive/canonical-json.js';
import type { Manifest, ManifestAliasChange } from '../archive/manifest.js';
import type { Planned } from './planned.js';

export interface PlannedAlias extends Planned {
  readonly name: string;
  /** The number it points to in the archive; null when it was removed there. */
  readonly version: number | null;
  /** How many entries its history gets. */
  readonly newEntries: number;
}

/** An alias goes on from where its history here ends, if that is how its history in the archive begins. */
export function planAliases(archive: Manifest, here: Manifest | null): PlannedAlias[] {
  const histories = historiesOf(archive.aliasHistory);
  const known = historiesOf(here?.aliasHistory ?? []);
  const targets = new Map(archive.aliases.map(({ name, version }) => [name, version]));
  const tags = new Map(here?.tags.map(({ name }) => [name.toLowerCase(), name]));
  const cased = new Map(here?.aliases.map(({ name }) => [name.toLowerCase(), name]));
  const aliases = new Set(here?.aliases.map(({ name }) => name));
  return [...histories]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entries]) => {
      const version = targets.get(name) ?? null;
      const present = known.get(name) ?? [];
      const parting = entries.findIndex((entry, index) => index < present.length && entry !== present[index]);
      const newEntries = Math.max(0, entries.length - present.length);
      const planned = (): Planned => {
        if (parting !== -1)
          return {
            action: 'CONFLICT',
            reason: `went another way here: entry ${parting + 1} of its history differs`,
          };
        if (newEntries === 0) return { action: 'PRESENT', reason: null };
        const tag = tags.get(name.toLowerCase());
        if (version !== null && tag !== undefined)
          return {
            action: 'CONFLICT',
            reason: tag === name ? 'is a tag here' : `differs from the tag ${tag} here only in case`,
          };
        const other = cased.get(name.toLowerCase()) ?? name;
        if (version !== null && other !== name)
          return { action: 'CONFLICT', reason: `differs from the alias ${other} here only in case` };
        if (version !== null && aliases.add(name).size > MAX_ALIASES_PER_MODEL)
          return {
            action: 'CONFLICT',
            reason: `would be one more than the ${MAX_ALIASES_PER_MODEL} aliases of a model`,
          };
        return { action: present.length === 0 ? 'ADDED' : 'UPDATED', reason: null };
      };
      return { name, version, newEntries, ...planned() };
    });
}

/** The entries of each alias, as texts that are equal when the entries are. */
function historiesOf(history: Manifest['aliasHistory']): Map<string, string[]> {
  const histories = new Map<string, string[]>();
  const places: number[] = [];
  for (const change of history) {
    const entries = histories.get(change.alias) ?? [];
    histories.set(change.alias, entries);
    places.push(entries.length);
    entries.push(textOf(change, places));
  }
  return histories;
}

/** Other aliases' entries lie between its own, and not the same ones in every catalog: so places are counted within it. */
function textOf(change: ManifestAliasChange, places: readonly number[]): string {
  const { previous } = change;
  return canonicalJson({ ...change, previous: previous === null ? null : places[previous] });
}
