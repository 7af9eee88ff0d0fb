import type { EvaluationSchedule } from '../batch/index.js';
import type { ModelRecord, VersionRecord } from '../catalog/index.js';
import type { DeploymentRecord, RevisionRecord } from '../deployments/index.js';
import type { JobRecord } from '../jobs/index.js';
import type { AlertRecord, AlertRuleRecord } from '../monitoring/index.js';
import { DomainError } from '../platform/errors.js';
import type { MigrationOfDeployment } from './migration-node.js';

const NODE_TYPES = [
  'Model',
  'Version',
  'Deployment',
  'DeploymentRevision',
  'Migration',
  'Job',
  'AlertRule',
  'Alert',
  'EvaluationSchedule',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** The records behind the types that implement Node. */
export type NodeRecord =
  | ModelRecord
  | VersionRecord
  | DeploymentRecord
  | RevisionRecord
  | MigrationOfDeployment
  | JobRecord
  | AlertRuleRecord
  | AlertRecord
  | EvaluationSchedule;

const ID = new RegExp(
  `^(${NODE_TYPES.join('|')}):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`,
);

export function encodeNodeId(type: NodeType, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** @throws DomainError INVALID_ARGUMENT for a text that was never an id. */
export function decodeNodeId(text: string): { type: NodeType; id: string } {
  const [, type, id] = ID.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (type === undefined || id === undefined) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected an id that this API has answered, got ${JSON.stringify(shown)}.`,
      { field: ['id'] },
    );
  }
  return { type: type as NodeType, id };
}

/** @throws DomainError INVALID_ARGUMENT for a text that was never an id of this type */
export function decodeNodeIdOf(type: NodeType, text: string): string {
  const decoded = decodeNodeId(text);
  if (decoded.type === type) return decoded.id;
  throw new DomainError('INVALID_ARGUMENT', `Expected the id of a ${type}, got that of a ${decoded.type}.`, {
    field: ['id'],
  });
}

export function nodeType(record: NodeRecord): NodeType {
  if ('of' in record) return 'Migration';
  if ('attempt' in record) return 'Job';
  if ('ruleName' in record) return 'Alert';
  if ('every' in record) return 'EvaluationSchedule';
  if ('condition' in record) return 'AlertRule';
  if ('deploymentId' in record) return 'DeploymentRevision';
  if ('revision' in record) return 'Deployment';
  return 'artifactDigest' in record ? 'Version' : 'Model';
}
