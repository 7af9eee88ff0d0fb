import { DeployVersion } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { DEPLOYMENT_SETTINGS, deploymentSettings } from './deployment-settings.js';
import { WAITING_OPTIONS } from './waiting-options.js';
import { watchRevision } from './watch-revision.js';

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Serve a version under a name, and wait until it is ready',
  positionals: {
    ref: { kind: 'text', required: true, describe: 'The version, such as esol@production', completes: 'ref' },
  },
  options: {
    name: {
      kind: 'text',
      describe: "The deployment's name; the model's when left out",
      completes: 'deployment',
    },
    ...WAITING_OPTIONS,
    ...DEPLOYMENT_SETTINGS,
  },
  examples: [
    ['retort deploy esol@production', 'Serve it as esol'],
    ['retort deploy esol@3 --name esol-next --replicas 2', 'Under another name, twice'],
    ['retort deploy esol@4 --reason "trained on more salts"', 'Say why, for the history'],
    ['retort deploy esol@4 --remote-url https://triton.internal:8000', 'Let another server run it'],
  ],
  output:
    '{deployment: {name, model, version, state, stateReason, loaded, updatedAt, revisions}, revision: {number, version, state, stateReason}}',
  notes:
    'A version that cannot be loaded or run ends with exit code 4 and the reason; where the deployment served another ' +
    'version before, that one serves on. Settings that are left out have their defaults, whatever an earlier revision had.',
  async run(values, session) {
    const { ref, reason } = values;
    const [model = ref] = ref.split('@', 1);
    const name = values.name ?? model;
    const input = { name, version: ref, waitMs: 0, reason, ...deploymentSettings(values, model) };
    const begun = accepted((await session.api.ask(DeployVersion, { input })).deployVersion, 'deployment');
    return watchRevision(session, begun, values);
  },
});
