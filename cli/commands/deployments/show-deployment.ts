import type { ShowDeploymentQuery } from '../../__generated__/operations.js';
import { describeMigration, trafficText } from '../../migrate/describe.js';
import { bytes, line, moment, plural } from '../../terminal/format.js';
import { facts, section, stack, table } from '../../terminal/layout.js';

type Deployment = NonNullable<ShowDeploymentQuery['deployment']>;

export function describeDeployment(deployment: Deployment): string {
  const { version, state, stateReason, runtime, limits, cache, memoryBytes } = deployment;
  const remote = runtime.remote ?? version.artifact.remote;
  return stack(
    `${deployment.name}: ${version.ref}, ${state}`,
    facts([
      ['reason', stateReason],
      ['revision', String(deployment.revision.number)],
      ['in memory', deployment.loaded ? (memoryBytes === null ? 'yes' : bytes(memoryBytes)) : 'no'],
      ['requests go to', trafficText(deployment.traffic)],
      ['follows', deployment.followsAlias && `${deployment.model.name}@${deployment.followsAlias}`],
      ['since', moment(deployment.updatedAt)],
      ['first deployed', moment(deployment.createdAt)],
    ]),
    section(
      'Settings',
      facts([
        ['runs at', remote && remoteText(remote)],
        ['isolation', runtime.isolation],
        ['replicas', String(runtime.replicas)],
        ['threads', String(runtime.threads)],
        ['graph optimization', runtime.graphOptimization],
        ['providers', runtime.executionProviders.join(', ')],
        ['longest run', `${runtime.maxRunMs} ms`],
        ['memory limit', runtime.maxMemoryBytes === null ? 'by its size' : bytes(runtime.maxMemoryBytes)],
        ['batching', batchingOf(deployment)],
        ['queue', plural(limits.maxQueue, 'request')],
        [
          'leaves memory',
          limits.idleUnloadMs === null ? 'never' : `after ${limits.idleUnloadMs} ms without a request`,
        ],
        ['cache', cache === null ? 'none' : bytes(cache.maxBytes)],
      ]),
    ),
    deployment.migration === null ? '' : section('Latest migration', describeMigration(deployment.migration)),
    section('Revisions', revisionTable(deployment)),
  );
}

function remoteText(remote: NonNullable<Deployment['version']['artifact']['remote']>): string {
  const { protocol, url, model, version } = remote;
  return `${url} (${protocol}), ${model}${version === null ? '' : ` version ${version}`}`;
}

function batchingOf({ batching }: Deployment): string {
  if (batching === null) return 'not known until the model is loaded';
  return batching.enabled
    ? `up to ${plural(batching.maxBatchSize ?? 1, 'row')} together`
    : `off: ${batching.reason ?? ''}`;
}

function revisionTable({ revisions }: Deployment): string {
  return table(
    ['REVISION', 'VERSION', 'STATE', 'STATE REASON', 'CREATED', 'BY', 'REASON'],
    revisions.edges.map(({ node }) => [
      String(node.number),
      node.version.ref,
      node.state,
      line(node.stateReason ?? '', 60),
      moment(node.createdAt),
      node.createdBy,
      line(node.reason ?? '', 60),
    ]),
  );
}
