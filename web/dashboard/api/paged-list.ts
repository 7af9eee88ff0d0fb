import { useEffect, useRef, useState } from 'react';
import { useClient, type AnyVariables, type CombinedError } from 'urql';
import { reconnections } from './connection.js';
import type { ApiDocument } from './documents.js';

/** As many pages as are loaded without being asked for: of a hundred each, more than anybody chooses from. */
const ALL = 20;

interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

type Asked<Variables> = Omit<Variables, 'after'>;

interface PagedListOptions {
  /** Loads page after page, up to twenty, where all of a list is needed, such as for a choice. */
  readonly all?: boolean;
  readonly pause?: boolean;
  /** Asked for again whenever this is another. */
  readonly as?: string;
}

export interface PagedList<Data, Node> {
  /** From the first on, as far as they are loaded. */
  readonly nodes: readonly Node[];
  /** What the first page came with; undefined before it came. Stays while something else is asked for. */
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  /** Nothing to show yet. */
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  /** Asks again for as much as is shown. */
  readonly refresh: () => void;
}

interface Loaded<Data, Node> {
  /** What was asked for, and in which round. */
  readonly key: string;
  readonly data: Data;
  readonly nodes: readonly Node[];
  readonly pages: number;
  /** Where the next page begins; null at the end of the list. */
  readonly next: string | null;
}

/**
 * A list that goes on behind its first page, asked for again when a lost connection is back.
 *
 * @param document takes the cursor as `$after`
 * @param connectionOf the list within an answer; nothing where there is none
 */
export function usePagedList<Data, Variables extends AnyVariables & object, Node>(
  document: ApiDocument<Data, Variables>,
  variables: Asked<Variables>,
  connectionOf: (data: Data) => Connection<Node> | null | undefined,
  { all = false, pause = false, as = '' }: PagedListOptions = {},
): PagedList<Data, Node> {
  const client = useClient();
  const [loaded, setLoaded] = useState<Loaded<Data, Node>>();
  const [error, setError] = useState<CombinedError>();
  const [isFetching, setFetching] = useState(false);
  const [round, setRound] = useState(0);
  const asked = JSON.stringify(variables);
  const [wanted, setWanted] = useState({ asked, pages: 1 });
  const pages = all ? ALL : wanted.asked === asked ? wanted.pages : 1;
  const key = `${round} ${as} ${asked}`;
  const known = useRef<Loaded<Data, Node>>(undefined);

  useEffect(() => {
    if (pause) return undefined;
    let isCurrent = true;
    const load = async () => {
      let so = known.current?.key === key ? known.current : undefined;
      setFetching(true);
      while (so === undefined || (so.pages < pages && so.next !== null)) {
        const given = { ...(JSON.parse(asked) as Asked<Variables>), after: so?.next ?? null };
        const answer = await client
          .query(document, given as unknown as Variables, { requestPolicy: 'network-only' })
          .toPromise();
        if (!isCurrent) return;
        setError(answer.error);
        if (answer.data === undefined) break;
        const found = connectionOf(answer.data);
        so = {
          key,
          data: so?.data ?? answer.data,
          nodes: [...(so?.nodes ?? []), ...(found?.edges.map(({ node }) => node) ?? [])],
          pages: (so?.pages ?? 0) + 1,
          next: found?.pageInfo.hasNextPage === true ? (found.pageInfo.endCursor ?? null) : null,
        };
        known.current = so;
        if (all) setLoaded(so);
      }
      setFetching(false);
      if (so !== undefined) setLoaded(so);
    };
    void load();
    return () => {
      isCurrent = false;
    };
    // `connectionOf` belongs to the document.
  }, [client, document, asked, key, pages, pause, all]);

  useEffect(() => reconnections.subscribe(() => setRound((before) => before + 1)), []);
  return {
    nodes: loaded?.nodes ?? [],
    data: loaded?.data,
    error,
    isLoading: isFetching && loaded === undefined,
    isLoadingMore: isFetching && loaded?.key === key,
    hasMore: loaded !== undefined && loaded.next !== null,
    loadMore: () => setWanted({ asked, pages: pages + 1 }),
    refresh: () => setRound((before) => before + 1),
  };
}
