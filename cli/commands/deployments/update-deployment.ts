import { UpdateDeployment } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { DEPLOYMENT_SETTINGS, deploymentSettings } from './deployment-settings.js';
import { WAITING_OPTIONS } from './waiting-options.js';
import { watchRevision } from './watch-revision.js';

export const updateDeployment = defineCommand({
  name: 'update deployment',
  summary: "Change a deployment's settings without a gap; what is left out stays as it is",
  positionals: {
    name: { kind: 'text', required: true, describe: 'The deployment', completes: 'deployment' },
  },
  options: {
    ...WAITING_OPTIONS,
    ...DEPLOYMENT_SETTINGS,
  },
  examples: [
    ['retort update deployment esol --replicas 2', 'Twice, with all other settings as they are'],
    ['retort update deployment esol --no-remote', 'Run it on the server itself again'],
  ],
  output:
    '{deployment: {name, model, version, state, stateReason, loaded, updatedAt, revisions}, revision: {number, version, state, stateReason}}',
  async run(values, session) {
    const { name, reason } = values;
    const input = { name, waitMs: 0, reason, ...deploymentSettings(values, name) };
    const { updateDeployment: answer } = await session.api.ask(UpdateDeployment, { input });
    return watchRevision(session, accepted(answer, 'deployment'), values);
  },
});
