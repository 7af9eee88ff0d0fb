import type { DeploymentRowFragment } from '../../__generated__/operations.js';
import { line, moment } from '../../terminal/format.js';
import { table } from '../../terminal/layout.js';

export function deploymentTable(deployments: readonly DeploymentRowFragment[]): string {
  return table(
    ['DEPLOYMENT', 'VERSION', 'STATE', 'SINCE', 'REASON'],
    deployments.map(({ name, version, state, loaded, stateReason, updatedAt }) => [
      name,
      version.ref,
      state === 'READY' && !loaded ? 'READY (not in memory)' : state,
      moment(updatedAt),
      line(stateReason ?? '', 60),
    ]),
  );
}
