import { Undeploy } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';

export const undeploy = defineCommand({
  name: 'undeploy',
  summary: 'Stop serving: requests that are running are finished, then the memory is freed',
  positionals: {
    name: { kind: 'text', required: true, describe: 'The deployment', completes: 'deployment' },
  },
  options: { reason: { kind: 'text', describe: 'Why, for the history' } },
  examples: [
    ['retort undeploy esol --reason "replaced by logs"', 'Its history stays, and it can be deployed again'],
  ],
  output: '{deployment: {name, model, version, state, stateReason, loaded, updatedAt}}',
  async run(input, { api, progress }) {
    const { undeploy: answer } = await progress.spin(`${input.name} finishes what is running`, async () =>
      api.ask(Undeploy, { input }),
    );
    const deployment = accepted(answer, 'deployment');
    return { json: { deployment }, text: `${deployment.name} is ${deployment.state}.` };
  },
});
