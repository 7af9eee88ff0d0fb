import { useEffect, useState } from 'react';
import { useClient, type OperationResult } from 'urql';
import { FleetDrift } from '../__generated__/fleet.js';
import type { FleetDriftQuery } from '../__generated__/operations.js';

/** It changes slowly, and costs the server some work. */
const EVERY_MS = 60_000;

export type DriftOfVersion = FleetDriftQuery['deployments']['edges'][number]['node']['drift'][number];

/** Of each deployment that serves a version with a reference, the worst report of the last hour. */
export function useFleetDrift(): ReadonlyMap<string, DriftOfVersion> {
  const client = useClient();
  const [byName, setByName] = useState<ReadonlyMap<string, DriftOfVersion>>(new Map());
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      if (document.hidden) return;
      const found = new Map<string, DriftOfVersion>();
      let after: string | null | undefined = null;
      do {
        const answer: OperationResult<FleetDriftQuery> = await client
          .query<FleetDriftQuery>(FleetDrift, { after }, { requestPolicy: 'network-only' })
          .toPromise();
        if (!isCurrent || answer.data === undefined) return;
        const { edges, pageInfo } = answer.data.deployments;
        for (const { node } of edges) {
          const worst =
            node.drift.find(({ verdict }) => verdict === 'DRIFTED') ??
            node.drift.find(({ verdict }) => verdict === 'STABLE') ??
            node.drift[0];
          if (worst !== undefined) found.set(node.name, worst);
        }
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      setByName(found);
    };
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [client]);
  return byName;
}
