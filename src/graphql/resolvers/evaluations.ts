import type { EvaluationSchedule } from '../../batch/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import { formatDuration } from '../../platform/text/duration.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { connect } from '../connections.js';
import { payload } from '../http/payload.js';
import { encodeNodeId } from '../node-id.js';
import { evaluationScheduleCursors } from '../positions.js';

export const evaluationResolvers = {
  Query: {
    evaluationSchedules: (_, page, { schedules }) =>
      connect(page, {
        cursors: evaluationScheduleCursors,
        position: ({ name }) => name,
        page: (window) => schedules.page(window),
        count: () => schedules.count(),
      }),
  },
  Mutation: {
    evaluateVersion: (_, { input: { reason, ...asked } }, { caller, jobs }) =>
      payload({ job: null }, async () => ({
        job: await jobs.start(caller, { kind: 'EVALUATE_VERSION', asked: plain(asked), reason }),
      })),
    createEvaluationSchedule: (_, { input: { evaluation, ...given } }, { caller, schedules }) =>
      scheduled(() => schedules.create(caller, { ...given, evaluation: plain(evaluation) })),
    updateEvaluationSchedule: (_, { input: { evaluation, ...given } }, { caller, schedules }) =>
      scheduled(() =>
        schedules.update(caller, { ...given, ...(evaluation && { evaluation: plain(evaluation) }) }),
      ),
    deleteEvaluationSchedule: (_, { input }, { caller, schedules }) =>
      scheduled(() => schedules.remove(caller, input)),
    runEvaluationSchedule: (_, { input }, { caller, schedules }) =>
      payload({ job: null }, async () => ({ job: await schedules.run(caller, input) })),
  },
  Version: {
    evaluations: ({ id }, _, { loaders }) => loaders.evaluationsOfVersion.load(id),
  },
  Evaluation: {
    job: ({ jobId }, _, { jobs }) => (jobId === null ? null : jobs.find(jobId)),
    measuredHere: ({ jobId }) => jobId !== null,
  },
  MeasuredMetric: {
    low: ({ interval }) => interval?.low ?? null,
    high: ({ interval }) => interval?.high ?? null,
  },
  EvaluationSchedule: {
    id: ({ id }) => encodeNodeId('EvaluationSchedule', id),
    deploymentName: ({ asked }) => textOf(asked.deployment),
    version: ({ asked }) => textOf(asked.version),
    evaluation: ({ asked }) => asAsked(asked),
    lastJob: ({ lastJobId }, _, { jobs }) => (lastJobId === null ? null : jobs.find(lastJobId)),
  },
} satisfies Resolvers;

function scheduled(work: () => Promise<EvaluationSchedule>) {
  return payload({ schedule: null }, async () => ({ schedule: await work() }));
}

/** As JSON keeps it: inputs have no prototype, and may have fields that are undefined. */
function plain(asked: object): JsonObject {
  return JSON.parse(JSON.stringify(asked)) as JsonObject;
}

/** Under the names, and in the forms, of the input. */
function asAsked({ outcomes, ...asked }: JsonObject): JsonObject {
  if (typeof outcomes !== 'object' || outcomes === null || Array.isArray(outcomes)) return asked;
  const { window, ...rest } = outcomes as JsonObject;
  return {
    ...asked,
    outcomes: { ...rest, ...(typeof window === 'number' && { window: formatDuration(window) }) },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
