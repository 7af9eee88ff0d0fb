import type { GraphQLError, GraphQLResolveInfo } from 'graphql';

type Path = GraphQLResolveInfo['path'];

/**
 * The errors of one run. What fails within something that has become null already, because a sibling failed before it,
 * is not told: nothing in the answer corresponds to it.
 */
export class CollectedErrors {
  readonly list: GraphQLError[] = [];
  /** Places that became null; undefined is the whole answer. */
  private readonly nulled = new Set<Path | undefined>();

  add(error: GraphQLError, path: Path | undefined): void {
    if (this.isNull(path)) return;
    this.nulled.add(path);
    this.list.push(error);
  }

  private isNull(path: Path | undefined): boolean {
    if (this.nulled.size === 0) return false;
    for (let place = path; place; place = place.prev) if (this.nulled.has(place)) return true;
    return this.nulled.has(undefined);
  }
}
