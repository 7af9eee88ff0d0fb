import {
  DomainValues,
  ListModels,
  ModelOrderFieldValues,
  type ListModelsQuery,
} from '../../__generated__/operations.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { line, moment } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';

export const listModels = defineCommand({
  name: 'list models',
  isDefault: true,
  summary: 'List the models of the catalog',
  positionals: {},
  options: {
    domain: { kind: 'choice', choices: DomainValues, describe: 'Only this field of science' },
    label: { kind: 'texts', describe: 'Only models that carry this label; may be given several times' },
    text: { kind: 'text', describe: 'Only models in whose texts every one of these words occurs' },
    archived: { kind: 'flag', describe: 'The archived models instead of those in use' },
    order: {
      kind: 'choice',
      choices: ModelOrderFieldValues,
      default: 'NAME',
      describe: 'What to sort by; times put the latest first',
    },
    limit: LIMIT,
  },
  examples: [
    ['retort list', 'Everything, by name'],
    ['retort list --domain chemistry --text "solubility water"', 'What there is about solubility'],
  ],
  output:
    '{models: [{name, title, domain, labels, version: {ref}, aliases, createdAt, updatedAt, archivedAt}], hasMore}',
  async run({ domain, label, text, archived, order, limit }, { api }) {
    const { nodes: models, hasMore } = await readPages(limit, async (page) => {
      const { models } = await api.ask(ListModels, {
        filter: { domain, labels: label, text, archived },
        orderBy: { field: order, direction: order === 'NAME' ? 'ASC' : 'DESC' },
        ...page,
      });
      return models;
    });
    return {
      json: { models, hasMore },
      text: stack(modelTable(models, isFiltered({ domain, label, text, archived })), limited(hasMore, limit)),
    };
  },
});

type ModelRow = ListModelsQuery['models']['edges'][number]['node'];

function isFiltered({ domain, label, text, archived }: Record<string, unknown>): boolean {
  const labels = Array.isArray(label) && label.length > 0;
  return domain !== undefined || labels || text !== undefined || archived === true;
}

function modelTable(models: readonly ModelRow[], filtered: boolean): string {
  if (models.length === 0)
    return filtered
      ? 'No model matches.'
      : 'There is no model yet. Publish the first one: retort push model.onnx --model NAME --register --domain chemistry';
  return table(
    ['MODEL', 'TITLE', 'DOMAIN', 'VERSION', 'ALIASES', 'UPDATED'],
    models.map(({ name, title, domain, version, aliases, updatedAt }) => [
      name,
      line(title, 48),
      domain,
      version?.ref.slice(name.length) ?? 'none yet',
      aliases.map((alias) => `${alias.name}→${alias.version.number}`).join(' '),
      moment(updatedAt),
    ]),
  );
}
