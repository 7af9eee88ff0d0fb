interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The server's largest page. */
const PAGE = 100;

/** At most `limit` items of a list, however many pages that is, and whether there are more. */
export async function readPages<Node>(
  limit: number,
  ask: (page: { first: number; after: string | null }) => Promise<Page<Node>>,
): Promise<{ readonly nodes: readonly Node[]; readonly hasMore: boolean }> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<Node> = await ask({ first: Math.min(PAGE, limit - nodes.length), after });
    nodes.push(...page.edges.map(({ node }) => node));
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage || endCursor === null || nodes.length >= limit) return { nodes, hasMore: hasNextPage };
    after = endCursor;
  }
}
