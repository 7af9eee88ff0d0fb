/**
 * How an alias is rolled back. Its history only grows, and within it every entry names the entry it would be undone
 * to (`previousId`), as in an editor's undo list: moving puts a target on top, rolling back takes targets off. Two
 * rollbacks in a row therefore go two targets back instead of to and fro, moving after a rollback goes on from there,
 * and what was taken off is still in the history, but no longer behind the alias.
 */
export interface AliasEntry {
  readonly id: bigint;
  /** The version's number; null for the removal of the alias. */
  readonly toNumber: number | null;
  readonly previousId: bigint | null;
}

/** An entry behind an alias: nothing is undone to a removal. */
export interface EarlierTarget extends AliasEntry {
  readonly toNumber: number;
}

/**
 * The entry that undoing a move to `target` leads to.
 *
 * @param top the entry with the target the alias has, or had before it was removed; null when it never had one.
 */
export function undoneTo(top: AliasEntry | null, target: number): bigint | null {
  // Set again where it was, after a removal or to change its protection: there is nothing new to undo.
  return top?.toNumber === target ? top.previousId : (top?.id ?? null);
}

/**
 * The earlier entry a rollback restores; null when there is none.
 *
 * @param earlier what lies behind the alias, nearest first.
 */
export function rollbackTarget(
  earlier: readonly EarlierTarget[],
  wanted: { readonly steps: number } | { readonly toNumber: number },
): EarlierTarget | null {
  return (
    ('steps' in wanted
      ? earlier[wanted.steps - 1]
      : earlier.find(({ toNumber }) => toNumber === wanted.toNumber)) ?? null
  );
}
