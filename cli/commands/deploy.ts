import { setTimeout as wait } from 'node:timers/promises';
import {
  DeployVersion,
  WatchDeployment,
  type DeploymentProgressFragment,
} from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import { existing } from '../api/existing.js';
import { defineCommand, type Result } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { DEPLOYMENT_SETTINGS, deploymentSettings } from './deployment-settings.js';

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
    detach: { kind: 'flag', describe: 'Do not wait' },
    'wait-seconds': {
      kind: 'number',
      min: 1,
      default: 300,
      describe: 'Stop waiting after so long; the loading goes on',
    },
    ...DEPLOYMENT_SETTINGS,
  },
  examples: [
    ['retort deploy esol@production', 'Serve it as esol'],
    ['retort deploy esol@3 --name esol-next --replicas 2', 'Under another name, twice'],
  ],
  output:
    '{deployment: {name, model, version, state, stateReason, loaded, updatedAt, revisions}, revision: {number, version, state, stateReason}}',
  notes:
    'A version that cannot be loaded or run ends with exit code 4 and the reason; where the deployment served another ' +
    'version before, that one serves on. Settings that are left out have their defaults, whatever an earlier revision had.',
  async run(values, { api, progress, signal }) {
    const { ref, detach } = values;
    const name = values.name ?? ref.split('@', 1)[0] ?? ref;
    const input = { name, version: ref, waitMs: 0, ...deploymentSettings(values) };
    const begun = accepted((await api.ask(DeployVersion, { input })).deployVersion, 'deployment');
    const number = begun.revisions.edges[0]?.node.number ?? 1;
    if (detach) return outcome(begun, number, { detached: true });
    const until = Date.now() + values.waitSeconds * 1_000;
    return progress.spin(`${ref} is being loaded`, async (say) => {
      for (let now = begun; ;) {
        const { state } = revisionOf(now, number);
        say(`${name}: ${ref} is ${state}`);
        if (SETTLED.has(state) || Date.now() > until) return outcome(now, number, { detached: false });
        await wait(LOOK_EVERY_MS, undefined, { signal });
        now = existing((await api.ask(WatchDeployment, { name })).deployment, 'deployment', name);
      }
    });
  },
});

const LOOK_EVERY_MS = 200;
const SETTLED: ReadonlySet<string> = new Set(['READY', 'DRAINING', 'STOPPED', 'FAILED', 'REPLACED']);

interface Revision {
  readonly number: number;
  readonly version: { readonly ref: string } | null;
  readonly state: string;
  readonly stateReason: string | null;
}

/** The revision that was asked for; REPLACED when so many came after it that it is not among the last any more. */
function revisionOf({ revisions }: DeploymentProgressFragment, number: number): Revision {
  return (
    revisions.edges.find(({ node }) => node.number === number)?.node ?? {
      number,
      version: null,
      state: 'REPLACED',
      stateReason: 'later revisions took its place',
    }
  );
}

function outcome(
  deployment: DeploymentProgressFragment,
  number: number,
  { detached }: { readonly detached: boolean },
): Result {
  const revision = revisionOf(deployment, number);
  const { state, stateReason, version } = revision;
  const servesOn = deployment.state === 'READY' && deployment.version.ref !== version?.ref;
  const text = [
    `${deployment.name}: ${version?.ref ?? 'its version'} is ${state}${stateReason === null ? '' : `: ${stateReason}`}`,
    state === 'FAILED' && servesOn ? `${deployment.version.ref} serves on.` : '',
  ];
  return {
    json: { deployment, revision },
    text: text.filter(Boolean).join('\n'),
    exit: state === 'READY' || (detached && state !== 'FAILED') ? EXIT.DONE : EXIT.NEGATIVE,
  };
}
