import { setTimeout as wait } from 'node:timers/promises';
import { WatchDeployment, type DeploymentProgressFragment } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import type { Result, Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';

const LOOK_EVERY_MS = 200;
const SETTLED: ReadonlySet<string> = new Set(['READY', 'DRAINING', 'STOPPED', 'FAILED', 'REPLACED']);

interface Revision {
  readonly number: number;
  readonly version: { readonly ref: string } | null;
  readonly state: string;
  readonly stateReason: string | null;
}

/** Waits for the newest revision of a deployment to be ready or to fail, and says what became of it. */
export async function watchRevision(
  { api, progress, signal }: Session,
  begun: DeploymentProgressFragment,
  { waitSeconds, detach }: { readonly waitSeconds: number; readonly detach: boolean },
): Promise<Result> {
  const { name } = begun;
  const number = begun.revisions.edges[0]?.node.number ?? 1;
  if (detach) return outcome(begun, number, { detached: true });
  const until = Date.now() + waitSeconds * 1_000;
  return progress.spin(`${name} is being loaded`, async (say) => {
    for (let now = begun; ;) {
      const { state, version } = revisionOf(now, number);
      say(`${name}: ${version?.ref ?? 'its version'} is ${state}`);
      if (SETTLED.has(state) || Date.now() > until) return outcome(now, number, { detached: false });
      await wait(LOOK_EVERY_MS, undefined, { signal });
      now = existing((await api.ask(WatchDeployment, { name })).deployment, 'deployment', name);
    }
  });
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
