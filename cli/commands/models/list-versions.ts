import { ListVersions } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { stack } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';
import { versionTable } from './version-table.js';

export const listVersions = defineCommand({
  name: 'list versions',
  summary: 'List the versions of a model, newest first',
  positionals: {
    model: { kind: 'text', required: true, describe: "The model's name", completes: 'model' },
  },
  options: { limit: LIMIT },
  examples: [['retort list versions esol', 'Its versions with their tags, aliases and metrics']],
  output:
    '{versions: [{ref, number, tags, aliases, artifact: {digest, size}, metrics, createdAt, createdBy}], hasMore}',
  async run({ model, limit }, { api }) {
    const { nodes: versions, hasMore } = await readPages(limit, async (page) => {
      const answer = await api.ask(ListVersions, { model, ...page });
      return existing(answer.model, 'model', model).versions;
    });
    const text = versions.length === 0 ? `${model} has no version yet.` : versionTable(versions);
    return { json: { versions, hasMore }, text: stack(text, limited(hasMore, limit)) };
  },
});
