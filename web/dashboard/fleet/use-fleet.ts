import { useEffect, useState } from 'react';
import { useClient, type CombinedError, type OperationResult } from 'urql';
import { Fleet, FleetChanges } from '../__generated__/fleet.js';
import type { EventKind, FleetDeploymentFragment, FleetQuery } from '../__generated__/operations.js';
import { reconnections } from '../api/connection.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';

/** What changes a row of the fleet beside its figures. */
const CHANGES: readonly EventKind[] = [
  'DEPLOYMENT_STATE_CHANGED',
  'DEPLOYMENT_ROLLED_BACK',
  'TRAFFIC_CHANGED',
  'MIGRATION_STARTED',
  'MIGRATION_ADVANCED',
  'MIGRATION_HELD',
  'MIGRATION_PAUSED',
  'MIGRATION_RESUMED',
  'MIGRATION_SUCCEEDED',
  'MIGRATION_ROLLED_BACK',
  'MIGRATION_ABORTED',
  'MIGRATION_FAILED',
  'MODEL_UPDATED',
  'MODEL_DELETED',
];

export interface FleetState {
  readonly deployments: readonly FleetDeploymentFragment[] | undefined;
  readonly error: CombinedError | undefined;
  readonly refresh: () => void;
}

/** All deployments, kept current. */
export function useFleet(): FleetState {
  const client = useClient();
  const [state, setState] = useState<Omit<FleetState, 'refresh'>>({
    deployments: undefined,
    error: undefined,
  });
  const [round, setRound] = useState(0);
  const refresh = () => setRound((before) => before + 1);

  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const found: FleetDeploymentFragment[] = [];
      let after: string | null | undefined = null;
      do {
        const answer: OperationResult<FleetQuery> = await client
          .query<FleetQuery>(Fleet, { after }, { requestPolicy: 'network-only' })
          .toPromise();
        const { data, error } = answer;
        if (!isCurrent) return;
        if (data === undefined) {
          setState((before) => ({ ...before, error }));
          return;
        }
        found.push(...data.deployments.edges.map(({ node }) => node));
        const { hasNextPage, endCursor } = data.deployments.pageInfo;
        after = hasNextPage ? endCursor : null;
      } while (after !== null);
      setState({ deployments: found, error: undefined });
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [client, round]);

  const refreshSoon = useGathered(refresh);
  useEffect(() => reconnections.subscribe(refreshSoon), [refreshSoon]);
  useEventStream({
    document: FleetChanges,
    variables: { filter: { kinds: CHANGES } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  return { ...state, refresh };
}
