import { DeploymentStateValues, ListDeployments } from '../../__generated__/operations.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { stack } from '../../terminal/layout.js';
import { deploymentTable } from './deployment-table.js';
import { LIMIT, limited } from '../list-limit.js';

export const listDeployments = defineCommand({
  name: 'list deployments',
  summary: 'List what is deployed, by name',
  positionals: {
    model: { kind: 'text', describe: 'Only deployments of this model', completes: 'model' },
  },
  options: {
    state: {
      kind: 'choices',
      choices: DeploymentStateValues,
      describe: 'Only in this state; may be given several times',
    },
    limit: LIMIT,
  },
  examples: [
    ['retort list deployments', 'All of them'],
    ['retort list deployments --state failed', 'Those that could not be loaded'],
  ],
  output:
    '{deployments: [{name, model: {name}, version: {ref}, state, stateReason, loaded, updatedAt}], hasMore}',
  async run({ model, state, limit }, { api }) {
    const { nodes: deployments, hasMore } = await readPages(limit, async (page) => {
      const filter = { model, states: state.length === 0 ? null : state };
      return (await api.ask(ListDeployments, { filter, ...page })).deployments;
    });
    const text = deployments.length === 0 ? 'Nothing matches.' : deploymentTable(deployments);
    return { json: { deployments, hasMore }, text: stack(text, limited(hasMore, limit)) };
  },
});
