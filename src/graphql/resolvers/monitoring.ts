import { shareOf } from '../../deployments/index.js';
import type { EventFilter, EventKind, EventRecord } from '../../platform/events/index.js';
import type { EventFilter as EventFilterInput, Resolvers } from '../__generated__/resolvers.js';
import { connect, MAX_PAGE } from '../connections.js';
import type { RequestContext } from '../context.js';
import { endingAtOnce } from '../ending-at-once.js';
import { encodeNodeId } from '../node-id.js';
import { eventCursors } from '../positions.js';

type EventType =
  | 'ModelEvent'
  | 'ModelImportedEvent'
  | 'VersionEvent'
  | 'AliasEvent'
  | 'ArtifactsCollectedEvent'
  | 'DeploymentEvent'
  | 'RunnerEvent'
  | 'ModelMemoryEvent'
  | 'RequestFailedEvent'
  | 'RequestsServedEvent'
  | 'MigrationEvent'
  | 'TrafficEvent'
  | 'RecordedRequestsClearedEvent'
  | 'LoggedPredictionsDeletedEvent'
  | 'OutcomeEvent'
  | 'SchemaChangedEvent'
  | 'JobEvent'
  | 'EvaluationEvent'
  | 'EvaluationScheduleEvent'
  | 'AlertEvent';

const EVENT_TYPES: Readonly<Record<EventKind, EventType>> = {
  MODEL_REGISTERED: 'ModelEvent',
  MODEL_UPDATED: 'ModelEvent',
  MODEL_ARCHIVED: 'ModelEvent',
  MODEL_DELETED: 'ModelEvent',
  MODEL_IMPORTED: 'ModelImportedEvent',
  VERSION_PUBLISHED: 'VersionEvent',
  VERSION_TAGGED: 'VersionEvent',
  VERSION_UNTAGGED: 'VersionEvent',
  ALIAS_MOVED: 'AliasEvent',
  ALIAS_REMOVED: 'AliasEvent',
  ALIAS_PROTECTION_CHANGED: 'AliasEvent',
  ARTIFACTS_COLLECTED: 'ArtifactsCollectedEvent',
  ARTIFACT_DAMAGED: 'VersionEvent',
  ARTIFACT_MENDED: 'VersionEvent',
  DEPLOYMENT_STATE_CHANGED: 'DeploymentEvent',
  RUNNER_LOST: 'RunnerEvent',
  RUNNER_RESTARTED: 'RunnerEvent',
  MODEL_UNLOADED: 'ModelMemoryEvent',
  MODEL_RELOADED: 'ModelMemoryEvent',
  REQUEST_FAILED: 'RequestFailedEvent',
  REQUESTS_SERVED: 'RequestsServedEvent',
  MIGRATION_STARTED: 'MigrationEvent',
  MIGRATION_ADVANCED: 'MigrationEvent',
  MIGRATION_HELD: 'MigrationEvent',
  MIGRATION_PAUSED: 'MigrationEvent',
  MIGRATION_RESUMED: 'MigrationEvent',
  MIGRATION_SUCCEEDED: 'MigrationEvent',
  MIGRATION_ROLLED_BACK: 'MigrationEvent',
  MIGRATION_ABORTED: 'MigrationEvent',
  MIGRATION_FAILED: 'MigrationEvent',
  MIGRATION_REFUSED: 'MigrationEvent',
  DEPLOYMENT_ROLLED_BACK: 'TrafficEvent',
  TRAFFIC_CHANGED: 'TrafficEvent',
  FOLLOWING_CHANGED: 'TrafficEvent',
  RECORDED_REQUESTS_CLEARED: 'RecordedRequestsClearedEvent',
  JOB_STATE_CHANGED: 'JobEvent',
  REFERENCE_DISTRIBUTION_SET: 'VersionEvent',
  ALERT_FIRED: 'AlertEvent',
  ALERT_RESOLVED: 'AlertEvent',
  ALERT_SILENCED: 'AlertEvent',
  ALERT_RULE_CHANGED: 'AlertEvent',
  ALERT_DELIVERY_FAILED: 'AlertEvent',
  LOGGED_PREDICTIONS_DELETED: 'LoggedPredictionsDeletedEvent',
  OUTCOME_RECORDED: 'OutcomeEvent',
  SCHEMA_CHANGED: 'SchemaChangedEvent',
  VERSION_EVALUATED: 'EvaluationEvent',
  EVALUATION_SCHEDULE_CHANGED: 'EvaluationScheduleEvent',
  EVALUATION_SCHEDULE_FAILED: 'EvaluationScheduleEvent',
};

/** What every kind of event tells. */
const common = {
  cursor: ({ cursor }: EventRecord) => eventCursors.encode(cursor),
  model: ({ modelId }: EventRecord, _: unknown, { loaders }: RequestContext) =>
    modelId === null ? null : loaders.model.load(modelId),
  version: ({ versionId }: EventRecord, _: unknown, { loaders }: RequestContext) =>
    versionId === null ? null : loaders.version.load(versionId),
  deployment: ({ deploymentId }: EventRecord, _: unknown, { loaders }: RequestContext) =>
    deploymentId === null ? null : loaders.deployment.load(deploymentId),
};

/** What one kind of event tells besides lies in its data, under the names of the fields. */
function detail(name: string) {
  return ({ data }: EventRecord) => (data[name] ?? null) as never;
}

/** Events tell parts of the traffic in per cent. */
function withShare(told: { readonly version: string; readonly weight: number }) {
  return { ...told, share: shareOf(told.weight) };
}

export const monitoringResolvers = {
  Query: {
    events: async (_, { filter, ...page }, { events }) => {
      const wanted = eventFilter(filter);
      if (refusesUnknown(filter)) await events.refuseUnknownNames(wanted);
      return connect(page, {
        cursors: eventCursors,
        position: ({ cursor }) => cursor,
        page: (window) => events.page({ filter: wanted, ...window }),
        count: () => events.count(wanted),
      });
    },
  },
  Subscription: {
    monitoringEvents: {
      subscribe: (_, { filter, after: given }, { events, signal, lastEventId }) => {
        // Who comes back says so in a header, and in the operation what they said at first.
        const after = lastEventId ?? given;
        return endingAtOnce(
          (left) =>
            events.subscribe({
              filter: eventFilter(filter),
              after: typeof after === 'string' ? eventCursors.decode(after) : undefined,
              refuseUnknownNames: refusesUnknown(filter),
              signal: left,
            }),
          signal,
        );
      },
      resolve: (event: EventRecord) => event,
    },
  },
  Event: { __resolveType: ({ kind }) => EVENT_TYPES[kind] },
  ModelEvent: { ...common, reason: detail('reason') },
  ModelImportedEvent: {
    ...common,
    archive: detail('archive'),
    sourceModel: detail('sourceModel'),
    versionsAdded: detail('versionsAdded'),
    aliasesMoved: detail('aliasesMoved'),
    reason: detail('reason'),
  },
  VersionEvent: { ...common, tag: detail('tag'), reason: detail('reason') },
  AliasEvent: {
    ...common,
    alias: detail('alias'),
    fromNumber: detail('fromNumber'),
    toNumber: detail('toNumber'),
    reason: detail('reason'),
    change: detail('change'),
    protected: detail('protected'),
  },
  ArtifactsCollectedEvent: {
    ...common,
    count: detail('count'),
    bytes: detail('bytes'),
    digests: detail('digests'),
    reason: detail('reason'),
  },
  DeploymentEvent: {
    ...common,
    fromState: detail('fromState'),
    toState: detail('toState'),
    revision: detail('revision'),
    reason: detail('reason'),
  },
  RunnerEvent: {
    ...common,
    revision: detail('revision'),
    reason: detail('reason'),
    replicasLeft: detail('replicasLeft'),
    attempt: detail('attempt'),
    afterMs: detail('afterMs'),
  },
  ModelMemoryEvent: {
    ...common,
    revision: detail('revision'),
    reason: detail('reason'),
    memoryBytes: detail('memoryBytes'),
    loadMs: detail('loadMs'),
  },
  RequestFailedEvent: {
    ...common,
    operation: detail('operation'),
    code: detail('code'),
    totalMs: detail('totalMs'),
  },
  RequestsServedEvent: {
    ...common,
    operation: detail('operation'),
    count: detail('count'),
    rows: detail('rows'),
    cacheHits: detail('cacheHits'),
    windowMs: detail('windowMs'),
    meanMs: detail('meanMs'),
    p50Ms: detail('p50Ms'),
    p99Ms: detail('p99Ms'),
    sampleRequestId: detail('sampleRequestId'),
  },
  MigrationEvent: {
    ...common,
    migration: detail('migration'),
    strategy: detail('strategy'),
    state: detail('state'),
    step: detail('step'),
    steps: detail('steps'),
    weight: detail('weight'),
    share: ({ data }) => (typeof data.weight === 'number' ? shareOf(data.weight) : null),
    fromVersion: detail('fromVersion'),
    toVersion: detail('toVersion'),
    guards: detail('guards'),
    reason: detail('reason'),
  },
  TrafficEvent: {
    ...common,
    shares: ({ data }) => (Array.isArray(data.shares) ? data.shares.map(withShare) : null),
    alias: detail('alias'),
    fromRevision: detail('fromRevision'),
    restoredRevision: detail('restoredRevision'),
    reason: detail('reason'),
  },
  AlertEvent: {
    ...common,
    alerts: async ({ data }, _, { loaders }) => {
      const ids = (Array.isArray(data.alertIds) ? data.alertIds : []).slice(0, MAX_PAGE);
      const found = await Promise.all(ids.map((id) => loaders.alert.load(String(id))));
      return found.filter((alert) => alert !== null);
    },
    rule: detail('rule'),
    severity: detail('severity'),
    value: detail('value'),
    threshold: detail('threshold'),
    silencedUntil: ({ data }) =>
      typeof data.silencedUntil === 'string' ? new Date(data.silencedUntil) : null,
    ruleChange: detail('change'),
    reason: detail('reason'),
  },
  RecordedRequestsClearedEvent: { ...common, count: detail('count'), reason: detail('reason') },
  LoggedPredictionsDeletedEvent: { ...common, count: detail('count'), reason: detail('reason') },
  OutcomeEvent: {
    ...common,
    predictionId: detail('predictionId'),
    replaced: detail('replaced'),
    value: detail('value'),
    previous: detail('previous'),
    reason: detail('reason'),
  },
  SchemaChangedEvent: {
    ...common,
    schemaVersion: detail('schemaVersion'),
    fieldsAdded: detail('added'),
    fieldsChanged: detail('changed'),
    fieldsRemoved: detail('removed'),
  },
  EvaluationEvent: {
    ...common,
    dataset: detail('dataset'),
    result: detail('result'),
    metrics: detail('metrics'),
    schedule: detail('schedule'),
    job: ({ data }, _, { jobs }) => (typeof data.job === 'string' ? jobs.find(data.job) : null),
  },
  EvaluationScheduleEvent: {
    ...common,
    schedule: detail('schedule'),
    change: detail('change'),
    reason: detail('reason'),
  },
  JobEvent: {
    ...common,
    job: ({ data }, _, { loaders }) => (typeof data.job === 'string' ? loaders.job.load(data.job) : null),
    jobId: ({ data }) => (typeof data.job === 'string' ? encodeNodeId('Job', data.job) : null),
    jobKind: detail('jobKind'),
    title: detail('title'),
    fromState: detail('fromState'),
    jobState: detail('toState'),
    error: detail('error'),
    reason: detail('reason'),
  },
} satisfies Resolvers;

function refusesUnknown(filter: EventFilterInput | null | undefined): boolean {
  return filter?.allowUnknown !== true;
}

function eventFilter(filter: EventFilterInput | null | undefined): EventFilter {
  return {
    kinds: filter?.kinds ?? undefined,
    model: filter?.model ?? undefined,
    deployment: filter?.deployment ?? undefined,
    requestId: filter?.requestId ?? undefined,
  };
}
