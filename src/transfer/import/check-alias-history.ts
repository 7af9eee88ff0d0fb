import { checkAliasName } from '../../catalog/index.js';
import { byRule, invalidArchive } from '../archive/archive-errors.js';
import type { Manifest, ManifestAliasChange } from '../archive/manifest.js';

/**
 * Whether the history of every alias is a chain as docs/decisions/0011 has it, and ends where the alias is: each entry
 * begins where the last one ended, instants never fall, and an entry is undone to an earlier one with a target.
 *
 * @throws DomainError ARCHIVE_INVALID
 */
export function checkAliasHistory({ versions, aliases, aliasHistory }: Manifest): void {
  const last = new Map<string, ManifestAliasChange>();
  for (const [index, change] of aliasHistory.entries()) {
    if (!last.has(change.alias))
      byRule(`entry ${index} of its alias history`, () => checkAliasName(change.alias, []));
    const before = last.get(change.alias);
    const problem = problemOf(change, before, versions.length) ?? undoProblem(aliasHistory, index, change);
    if (problem !== null) throw invalidArchive(`entry ${index} of its alias history ${problem}`);
    last.set(change.alias, change);
  }
  for (const { name, version, protected: isProtected } of aliases) {
    const end = last.get(name);
    if (end?.to !== version || end.protected !== isProtected)
      throw invalidArchive(`the history of its alias "${name}" does not end where the alias is`);
    last.delete(name);
  }
  for (const [name, { to }] of last)
    if (to !== null)
      throw invalidArchive(
        `the history of "${name}" does not end with its removal, but it has no such alias`,
      );
}

function problemOf(
  change: ManifestAliasChange,
  before: ManifestAliasChange | undefined,
  versions: number,
): string | null {
  const { kind, from, to, at } = change;
  if (from !== (before?.to ?? null)) return 'does not begin where the last one ended';
  if (before && before.at > at) return 'is earlier than the one before it';
  if ((kind === 'REMOVED') !== (to === null))
    return 'removes an alias that has a target, or the other way round';
  return (to ?? 0) > versions ? `leads to version ${to ?? 0}, which it does not have` : null;
}

function undoProblem(
  history: Manifest['aliasHistory'],
  index: number,
  { previous, alias }: ManifestAliasChange,
): string | null {
  if (previous === null) return null;
  const entry = previous < index ? history[previous] : undefined;
  // A removal is undone to the entry it removed; nothing is undone to a removal.
  return entry?.alias === alias && entry.to !== null
    ? null
    : 'is not undone to an earlier target of the same alias';
}
