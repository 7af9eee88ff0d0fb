import { DEFAULT_ALIAS, type AliasRecord, type TagRecord } from '../catalog/index.js';

export const BRANCHES = 'refs/heads/';
export const TAGS = 'refs/tags/';
/** The commit of each version by its number: how this server finds it again. Not shown to clients. */
export const VERSIONS = 'refs/versions/';

/**
 * What git-check-ref-format(1) forbids of what a tag here can be made of. Tags keep to it since they are checked for it;
 * a catalog from before may have one that Git cannot.
 */
export function isReferenceName(name: string): boolean {
  return !/^[.-]|\.\.|\.$|\.lock$/.test(name);
}

/** The branch that has all versions: `main`, or when that is an alias or a tag, the next name that is free. */
export function versionsBranch(names: readonly Pick<AliasRecord | TagRecord, 'name'>[]): string {
  // On a disk that does not tell cases apart, `Main` and `main` would be one branch.
  const taken = new Set(names.map(({ name }) => name.toLowerCase()));
  for (let count = 1; ; count += 1) {
    const name = ['main', 'versions'][count - 1] ?? `versions-${count}`;
    if (!taken.has(name)) return name;
  }
}

/** What a clone checks out. */
export function headBranch(aliases: readonly Pick<AliasRecord, 'name'>[], fallback: string): string {
  return aliases.some(({ name }) => name === DEFAULT_ALIAS) ? DEFAULT_ALIAS : fallback;
}
