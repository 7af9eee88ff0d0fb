import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import { FILE_FORMATS, type FileFormat } from '../../datafiles/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';

/**
 * The one version that answers a whole file: what is named, or what the deployment serves now, whatever it migrates to
 * meanwhile.
 *
 * @throws DomainError INVALID_ARGUMENT, DEPLOYMENT_NOT_FOUND, MODEL_NOT_FOUND, VERSION_NOT_FOUND
 */
export async function targetVersion(
  parts: {
    readonly catalog: Pick<CatalogService, 'resolveVersion' | 'versionsByIds'>;
    readonly deployments: Pick<DeploymentService, 'require'>;
  },
  { deployment, version }: JsonObject,
): Promise<{ readonly deployment: string | null; readonly version: VersionRecord }> {
  if (typeof version === 'string' && typeof deployment !== 'string')
    return { deployment: null, version: await parts.catalog.resolveVersion(version, ['version']) };
  if (typeof deployment !== 'string' || typeof version === 'string')
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected exactly one of deployment (a name) and version (a ref such as "esol@2"), got ${typeof version === 'string' ? 'both' : 'neither'}.`,
      { field: ['deployment'] },
    );
  const { revision } = await parts.deployments.require(deployment, ['deployment']);
  const [served] = await parts.catalog.versionsByIds([revision.versionId]);
  if (!served)
    throw new DomainError('VERSION_NOT_FOUND', `The version that ${deployment} serves was deleted.`);
  return { deployment, version: served };
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkedFormat(given: unknown, field: string): FileFormat {
  const format = FILE_FORMATS.find((each) => each === given);
  if (format === undefined)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `${field}: expected one of ${FILE_FORMATS.join(', ')}, got ${given === undefined ? 'nothing' : JSON.stringify(given)}.`,
      { field: [field] },
    );
  return format;
}

/** Field to column. @throws DomainError INVALID_ARGUMENT */
export function checkedColumns(given: unknown, field = 'columns'): ReadonlyMap<string, string> {
  if (given === undefined || given === null) return new Map();
  const entries = typeof given === 'object' && !Array.isArray(given) ? Object.entries(given) : null;
  const isRight = entries?.every(([, column]) => typeof column === 'string' && column !== '');
  if (entries === null || isRight !== true)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `${field}: expected an object from a field to the name of its column, such as {"smiles": "structure"}, got ${JSON.stringify(given).slice(0, 200)}.`,
      { field: [field] },
    );
  return new Map(entries as [string, string][]);
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkedLevel(given: unknown): number | null {
  if (given === undefined || given === null) return null;
  if (typeof given === 'number' && given > 0 && given < 1) return given;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `level: expected a number between 0 and 1, such as 0.9, got ${JSON.stringify(given)}.`,
    { field: ['level'] },
  );
}

/** The schema lets nothing but text through. */
export function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
