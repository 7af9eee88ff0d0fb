import { ShowDeployment, ShowModel, ShowVersion } from '../__generated__/operations.js';
import { existing } from '../api/existing.js';
import { defineCommand, type Result } from '../command.js';
import type { Api } from '../api/api.js';
import { describeDeployment } from './deployments/show-deployment.js';
import { describeModel } from './models/show-model.js';
import { describeVersion } from './models/show-version.js';

export const show = defineCommand({
  name: 'show',
  summary: 'Show a model, a version or a deployment with everything that is known about it',
  positionals: {
    ref: {
      kind: 'text',
      required: true,
      describe: 'A model (esol), a version (esol@3, esol@v1.0.0, esol@production) or a deployment',
      completes: 'target',
    },
  },
  options: {
    deployment: { kind: 'flag', describe: 'The deployment of this name, where a model has the same' },
    card: {
      kind: 'flag',
      describe: 'Print the whole card of a model, or the whole card and pipeline of a version',
    },
  },
  examples: [
    ['retort show esol', 'The model: versions, aliases, deployments'],
    ['retort show esol@production', 'The version: signature with units, metrics, source'],
    ['retort show esol --deployment', 'The deployment: state, settings, revisions'],
  ],
  output: '{model: {…}} or {version: {…}} or {deployment: {…}}, with the fields of the GraphQL schema',
  notes: 'A name that no model has is looked for among the deployments.',
  async run({ ref, deployment, card }, { api }) {
    if (deployment) return existing(await deploymentNamed(api, ref), 'deployment', ref);
    if (ref.includes('@')) {
      const { version } = await api.ask(ShowVersion, { ref });
      const found = existing(version, 'version', ref);
      return { json: { version: found }, text: describeVersion(found, { whole: card }) };
    }
    const { model } = await api.ask(ShowModel, { name: ref });
    if (model !== null) return { json: { model }, text: describeModel(model, { whole: card }) };
    return existing(await deploymentNamed(api, ref), 'model', ref);
  },
});

async function deploymentNamed(api: Api, name: string): Promise<Result | null> {
  const { deployment } = await api.ask(ShowDeployment, { name });
  return deployment && { json: { deployment }, text: describeDeployment(deployment) };
}
