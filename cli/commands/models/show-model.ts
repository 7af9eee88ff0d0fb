import type { ShowModelQuery } from '../../__generated__/operations.js';
import { moment } from '../../terminal/format.js';
import { facts, section, stack, table } from '../../terminal/layout.js';
import { deploymentTable } from '../deployments/deployment-table.js';
import { excerpt } from './excerpt.js';
import { versionTable } from './version-table.js';

type Model = NonNullable<ShowModelQuery['model']>;

export function describeModel(model: Model, { whole }: { readonly whole: boolean }): string {
  const versions = model.versions.edges.map(({ node }) => node);
  const deployments = model.deployments.edges.map(({ node }) => node);
  return stack(
    `${model.name}: ${model.title}`,
    model.summary,
    facts([
      ['domain', model.domain],
      ['labels', model.labels.join(', ')],
      ['registered', `${moment(model.createdAt)} by ${model.createdBy}`],
      ['changed', moment(model.updatedAt)],
      ['archived', model.archivedAt && moment(model.archivedAt)],
      ['default', model.version?.ref],
    ]),
    section(
      model.versions.pageInfo.hasNextPage
        ? `Versions (the newest; retort list versions ${model.name} shows all)`
        : 'Versions',
      versions.length === 0 ? 'none yet' : versionTable(versions),
    ),
    section('Aliases', aliasTable(model.aliases)),
    section('Deployments', deployments.length === 0 ? '' : deploymentTable(deployments)),
    section('Card', excerpt(model.card, whole)),
  );
}

function aliasTable(aliases: Model['aliases']): string {
  if (aliases.length === 0) return '';
  return table(
    ['ALIAS', 'VERSION', 'PROTECTED', 'SINCE', 'BY'],
    aliases.map((alias) => [
      alias.name,
      alias.version.ref,
      alias.protected ? 'yes' : '',
      moment(alias.updatedAt),
      alias.updatedBy,
    ]),
  );
}
