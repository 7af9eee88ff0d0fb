import { MAX_TAGS_PER_VERSION } from '../../catalog/index.js';
import type { Manifest, ManifestTag } from '../archive/manifest.js';
import type { Planned } from './planned.js';

export interface PlannedTag extends Planned {
  readonly name: string;
  /** Its number. */
  readonly version: number;
}

/** Tags never move, and share their names with no alias; one that was taken away in the archive's catalog stays here. */
export function planTags({ tags }: Manifest, here: Manifest | null): PlannedTag[] {
  const present = new Map(here?.tags.map(({ name, version }) => [name, version]));
  const cased = new Map(here?.tags.map(({ name }) => [name.toLowerCase(), name]));
  const aliases = new Map(here?.aliases.map(({ name }) => [name.toLowerCase(), name]));
  const counts = new Map<number, number>();
  for (const version of present.values()) counts.set(version, (counts.get(version) ?? 0) + 1);
  const planOf = ({ name, version }: ManifestTag): Planned => {
    const named = present.get(name);
    if (named !== undefined) {
      if (named === version) return { action: 'PRESENT', reason: null };
      return { action: 'CONFLICT', reason: `names version ${named} here and ${version} in the archive` };
    }
    const alias = aliases.get(name.toLowerCase());
    if (alias !== undefined)
      return {
        action: 'CONFLICT',
        reason: alias === name ? 'is an alias here' : `differs from the alias ${alias} here only in case`,
      };
    const other = cased.get(name.toLowerCase());
    if (other !== undefined)
      return { action: 'CONFLICT', reason: `differs from the tag ${other} here only in case` };
    const count = (counts.get(version) ?? 0) + 1;
    counts.set(version, count);
    if (count > MAX_TAGS_PER_VERSION)
      return {
        action: 'CONFLICT',
        reason: `would be one more than the ${MAX_TAGS_PER_VERSION} tags of version ${version}`,
      };
    return { action: 'ADDED', reason: null };
  };
  return tags.map((tag) => ({ name: tag.name, version: tag.version, ...planOf(tag) }));
}
