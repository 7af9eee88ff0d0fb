import { FleetAlerts, FleetChanges } from '../__generated__/fleet.js';
import type { EventKind, FleetAlertsQuery } from '../__generated__/operations.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';
import { usePagedList } from '../api/paged-list.js';

export type FiringAlert = FleetAlertsQuery['alerts']['edges'][number]['node'];

const CHANGES: readonly EventKind[] = ['ALERT_FIRED', 'ALERT_RESOLVED', 'ALERT_RULE_CHANGED'];

/** What fires now, by deployment. */
export function useFleetAlerts(): ReadonlyMap<string, readonly FiringAlert[]> {
  const { nodes, refresh } = usePagedList(FleetAlerts, {}, ({ alerts }) => alerts, { all: true });
  const refreshSoon = useGathered(refresh);
  useEventStream({
    document: FleetChanges,
    variables: { filter: { kinds: CHANGES } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  const byDeployment = new Map<string, FiringAlert[]>();
  for (const alert of nodes)
    byDeployment.set(alert.deploymentName, [...(byDeployment.get(alert.deploymentName) ?? []), alert]);
  return byDeployment;
}
