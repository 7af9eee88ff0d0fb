import { useEffect, useState } from 'react';
import { useClient, type OperationResult } from 'urql';
import { FleetSeries } from '../__generated__/fleet.js';
import type { FleetSeriesQuery } from '../__generated__/operations.js';
import { reconnections } from '../api/connection.js';

const EVERY_MS = 15_000;
const ASKED = { window: 'PT15M', resolution: 'PT30S' } as const;

/** How many requests a second each deployment was asked in the last quarter of an hour, oldest first. */
export function useFleetSeries(): ReadonlyMap<string, readonly number[]> {
  const client = useClient();
  const [byName, setByName] = useState<ReadonlyMap<string, readonly number[]>>(new Map());
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      if (document.hidden) return;
      const found = new Map<string, readonly number[]>();
      let after: string | null | undefined = null;
      do {
        const answer: OperationResult<FleetSeriesQuery> = await client
          .query<FleetSeriesQuery>(FleetSeries, { ...ASKED, after }, { requestPolicy: 'network-only' })
          .toPromise();
        // A server that does not measure says so where its figures are shown.
        if (!isCurrent || answer.data === undefined) return;
        const { edges, pageInfo } = answer.data.deployments;
        for (const { node } of edges)
          found.set(
            node.name,
            node.metricsSeries.map(({ requestRate }) => requestRate),
          );
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      setByName(found);
    };
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    const forget = reconnections.subscribe(() => void load());
    return () => {
      isCurrent = false;
      clearInterval(timer);
      forget();
    };
  }, [client]);
  return byName;
}
