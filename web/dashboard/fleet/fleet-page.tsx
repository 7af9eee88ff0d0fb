import { Link } from 'wouter';
import { Fleet } from '../__generated__/fleet.js';
import type { FleetDeploymentFragment } from '../__generated__/operations.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { deploymentPath } from '../paths.js';
import { PageHead } from '../shell/page.js';
import { useFleet } from './use-fleet.js';

/** Every deployment, what needs attention first. */
export default function FleetPage() {
  const { deployments, error, refresh } = useFleet();
  return (
    <>
      <PageHead title="Fleet" query={Fleet} />
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      <section className="panel" aria-label="Deployments">
        {deployments === undefined ? (
          <div className="panel-body">{error === undefined && <Skeleton lines={5} />}</div>
        ) : deployments.length === 0 ? (
          <p className="empty">Nothing is deployed yet.</p>
        ) : (
          <ul>
            {deployments.map((deployment) => (
              <FleetRow key={deployment.id} deployment={deployment} />
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function FleetRow({ deployment }: { readonly deployment: FleetDeploymentFragment }) {
  const { name, state, stateReason, version } = deployment;
  return (
    <li className="row panel-body">
      <Link href={deploymentPath(name)}>{name}</Link>
      <DeploymentStateBadge state={state} reason={stateReason} />
      <span className="mono">{version.ref}</span>
    </li>
  );
}
