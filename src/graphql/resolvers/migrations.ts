import {
  evidenceOf,
  planWarnings,
  shareOf,
  type DeploymentRecord,
  type DeploymentService,
  type MigrationRecord,
  type RevisionRecord,
} from '../../deployments/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { connect, pageOf } from '../connections.js';
import type { RequestContext } from '../context.js';
import { existing } from '../existing.js';
import { payload } from '../http/payload.js';
import { migrationOf, type MigrationOfDeployment } from '../migration-node.js';
import { encodeNodeId } from '../node-id.js';
import { migrationCursors } from '../positions.js';

export const migrationResolvers = {
  Mutation: {
    migrateDeployment: (_, { input }, context) =>
      migrated(context, ({ migrations }, caller) => migrations.start(caller, input)),
    pauseMigration: (_, { input }, context) =>
      migrated(context, ({ migrations }, caller) => migrations.pause(caller, input)),
    resumeMigration: (_, { input }, context) =>
      migrated(context, ({ migrations }, caller) => migrations.resume(caller, input)),
    abortMigration: (_, { input }, context) =>
      migrated(context, ({ migrations }, caller) => migrations.abort(caller, input)),
    rollbackDeployment: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({
        deployment: await deployments.rollback.rollBack(caller, input),
      })),
    setTraffic: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({
        deployment: await deployments.traffic.set(caller, input),
      })),
    followAlias: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({ deployment: await deployments.follow(caller, input) })),
  },
  Deployment: {
    traffic: ({ traffic }) => traffic,
    followsAlias: ({ followed }) => followed,
    migration: (deployment, _, context) => latest(context, deployment),
    migrations: (deployment, page, context) => {
      const { loaders } = context;
      return connect(page, {
        cursors: migrationCursors,
        position: ({ number }) => number,
        page: async (window) => {
          const newestFirst = await loaders.migrationsOfDeployment.load(deployment.id);
          const found = pageOf(newestFirst, window, (migration, number) => number - migration.number);
          return found.map((migration) => migrationOf(context, deployment, migration));
        },
        count: async () => (await loaders.migrationsOfDeployment.load(deployment.id)).length,
      });
    },
  },
  DeploymentRevision: { warmUntil: ({ role, standbyUntil }) => (role === 'STANDBY' ? standbyUntil : null) },
  TrafficShare: {
    share: ({ weight }) => shareOf(weight),
    version: ({ revision }, _, { loaders }) => existing(loaders.version.load(revision.versionId), 'version'),
  },
  Migration: {
    id: ({ id }) => encodeNodeId('Migration', id),
    deployment: ({ of }) => of,
    waitsFor: ({ progress }) => progress?.waitsFor ?? null,
    fromRevision: (migration, _, context) => revisionOf(context, migration, migration.fromRevision),
    toRevision: (migration, _, context) => revisionOf(context, migration, migration.toRevision),
    step: ({ step }) => (step === null ? null : step + 1),
    steps: ({ plan }) =>
      plan.steps.map((step) => ({
        ...step,
        share: shareOf(step.weight),
        dwellMs: BigInt(step.dwellMs),
      })),
    guards: ({ guards, progress }) => progress?.guards ?? guards,
    evidence: (migration) => evidenceOf(migration, migration.progress?.guards ?? migration.guards),
    warnings: ({ plan }) => [...planWarnings(plan)],
    base: ({ progress }) => progress?.base ?? null,
    candidate: ({ progress }) => progress?.candidate ?? null,
    compared: ({ progress }) => progress?.compared ?? 0,
  },
} satisfies Resolvers;

function migrated(
  context: RequestContext,
  work: (deployments: DeploymentService, caller: RequestContext['caller']) => Promise<DeploymentRecord>,
) {
  return payload({ deployment: null, migration: null }, async () => {
    const deployment = await work(context.deployments, context.caller);
    return { deployment, migration: latest(context, deployment) };
  });
}

/** Of the same moment as the rest of the deployment. */
function latest(context: RequestContext, deployment: DeploymentRecord): MigrationOfDeployment | null {
  const { migration } = deployment;
  return migration && migrationOf(context, deployment, migration);
}

async function revisionOf(
  { loaders }: RequestContext,
  { deploymentId }: MigrationRecord,
  number: number,
): Promise<RevisionRecord> {
  const revisions = await loaders.revisionsOfDeployment.load(deploymentId);
  return existing(
    Promise.resolve(revisions.find((revision) => revision.number === number) ?? null),
    'revision',
  );
}
