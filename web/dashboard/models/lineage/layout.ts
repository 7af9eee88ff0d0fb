/** A graph of versions, each child below what it was made from. */
export interface LineageGraph {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly parent: string; readonly child: string }[];
}

export interface Placed {
  readonly id: string;
  /** Column and row, from 0. */
  readonly column: number;
  readonly row: number;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly columns: number;
  readonly rows: number;
}

/**
 * Puts every node into the row after the last of its parents, and orders each row by where its parents stand. Lineage has no
 * cycles; should an edge close one, it does not count.
 */
export function layOut({ nodes, edges }: LineageGraph): Layout {
  const parents = new Map<string, string[]>(nodes.map((id) => [id, []]));
  for (const { parent, child } of edges) if (parents.has(parent)) parents.get(child)?.push(parent);
  const rows = new Map<string, number>();
  const rowOf = (id: string, above: ReadonlySet<string>): number => {
    const known = rows.get(id);
    if (known !== undefined) return known;
    const here = new Set(above).add(id);
    const row = Math.max(
      -1,
      ...(parents.get(id) ?? []).filter((parent) => !here.has(parent)).map((parent) => rowOf(parent, here)),
    );
    rows.set(id, row + 1);
    return row + 1;
  };
  const byRow: string[][] = [];
  for (const id of nodes) (byRow[rowOf(id, new Set())] ??= []).push(id);
  const columns = new Map<string, number>();
  const placed = byRow.flatMap((ids, row) => {
    const above = (id: string) => {
      const places = (parents.get(id) ?? []).flatMap((parent) => columns.get(parent) ?? []);
      return places.length === 0 ? Infinity : places.reduce((sum, place) => sum + place, 0) / places.length;
    };
    const ordered = ids
      .map((id, index) => ({ id, index, place: above(id) }))
      .sort((one, other) =>
        one.place === other.place ? one.index - other.index : one.place < other.place ? -1 : 1,
      );
    return ordered.map(({ id }, column): Placed => {
      columns.set(id, column);
      return { id, column, row };
    });
  });
  return {
    nodes: placed,
    columns: Math.max(0, ...byRow.map(({ length }) => length)),
    rows: byRow.length,
  };
}
