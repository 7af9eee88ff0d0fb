import { DomainError } from '../../platform/errors.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { RequestContext } from '../context.js';
import { migrationById } from '../migration-node.js';
import { decodeNodeId, nodeType, type NodeRecord } from '../node-id.js';
import { bigInt, dateTime, duration, json } from '../scalars.js';

const MAX_NODES = 100;

export const baseResolvers = {
  DateTime: dateTime,
  JSON: json,
  BigInt: bigInt,
  Duration: duration,
  Query: {
    node: (_, { id }, context) => load(id, context),
    nodes: (_, { ids }, context) => {
      if (ids.length > MAX_NODES) {
        throw new DomainError('INVALID_ARGUMENT', `Expected at most ${MAX_NODES} ids, got ${ids.length}.`, {
          field: ['ids'],
        });
      }
      // Each is null, or fails, in its own place; the generated type knows no null inside a promise.
      return ids.map((id) => load(id, context) as Promise<NodeRecord>);
    },
  },
  Node: { __resolveType: nodeType },
} satisfies Resolvers;

/** A malformed id fails alone, in its own place of the list. */
async function load(text: string, context: RequestContext): Promise<NodeRecord | null> {
  const { loaders } = context;
  const { type, id } = decodeNodeId(text);
  switch (type) {
    case 'Model':
      return loaders.model.load(id);
    case 'Version':
      return loaders.version.load(id);
    case 'Deployment':
      return loaders.deployment.load(id);
    case 'DeploymentRevision':
      return loaders.revision.load(id);
    case 'Migration':
      return migrationById(id, context);
    case 'Job':
      return loaders.job.load(id);
    case 'AlertRule':
      return loaders.alertRule.load(id);
    case 'Alert':
      return loaders.alert.load(id);
    case 'EvaluationSchedule':
      return loaders.evaluationSchedule.load(id);
  }
}
