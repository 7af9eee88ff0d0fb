import { FleetAlerts, FleetChanges } from '../__generated__/fleet.js';
import type { EventKind, FleetAlertsQuery } from '../__generated__/operations.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';
import { useLiveQuery } from '../api/live-query.js';

export type FiringAlert = FleetAlertsQuery['alerts']['edges'][number]['node'];

const CHANGES: readonly EventKind[] = ['ALERT_FIRED', 'ALERT_RESOLVED', 'ALERT_RULE_CHANGED'];

/** What fires now, by deployment. */
export function useFleetAlerts(): ReadonlyMap<string, readonly FiringAlert[]> {
  const { data, refresh } = useLiveQuery(FleetAlerts, {});
  const refreshSoon = useGathered(refresh);
  useEventStream({
    document: FleetChanges,
    variables: { filter: { kinds: CHANGES } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  const byDeployment = new Map<string, FiringAlert[]>();
  for (const { node } of data?.alerts.edges ?? [])
    byDeployment.set(node.deploymentName, [...(byDeployment.get(node.deploymentName) ?? []), node]);
  return byDeployment;
}
