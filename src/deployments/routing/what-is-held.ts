import type { BatchingInEffect, LoadedState, Occupancy, ServedVersion } from '../deployment-requests.js';
import { primaryOf, type RoutingTable } from './routing-table.js';

/** Whether requests to what a deployment serves now run together; null when nothing serves or it is not known yet. */
export function batchingOf(table: RoutingTable, name: string): BatchingInEffect | null {
  const { batching, settings } = served(table, name) ?? {};
  return batching && settings ? { proof: batching, settings: settings.batching } : null;
}

/** What a deployment holds in memory now. */
export function loadedState(table: RoutingTable, name: string): LoadedState {
  const model = served(table, name)?.model;
  return {
    loaded: model != null,
    memoryBytes: model?.memoryBytes ?? null,
    processIds: model?.runnerPids ?? [],
  };
}

/** What all revisions of a deployment hold now; nothing when there is none of the name. */
export function occupancy(table: RoutingTable, name: string): Occupancy {
  const routes = table.of(name);
  const models = (routes?.arms ?? []).flatMap(({ serving }) => serving.model ?? []);
  return {
    requests: routes?.admission.requests ?? 0,
    memoryBytes: models.length === 0 ? null : models.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    processIds: models.flatMap(({ runnerPids }) => runnerPids),
  };
}

/** Every version that a deployment answers with now. */
export function servedVersions(table: RoutingTable): ServedVersion[] {
  return table
    .all()
    .flatMap(({ name, arms }) =>
      arms.map(({ serving }) => ({ deployment: name, version: serving.version, model: serving.model })),
    );
}

function served(table: RoutingTable, name: string) {
  const routes = table.of(name);
  return routes && primaryOf(routes)?.serving;
}
