import { Link } from 'wouter';
import type { DeploymentDetailsFragment } from '../__generated__/operations.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { Time } from '../components/time.js';
import { TrafficBar } from '../components/traffic-bar.js';
import { modelPath, playgroundPath } from '../paths.js';

/** What it is and what it serves, in a line. */
export function DeploymentSummary({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { state, stateReason, version, model, traffic, updatedAt, followsAlias } = deployment;
  return (
    <div className="row">
      <DeploymentStateBadge state={state} reason={stateReason} />
      <span>
        <Link className="mono" href={playgroundPath(version.ref)}>
          {version.ref}
        </Link>{' '}
        of <Link href={modelPath(model.name)}>{model.title}</Link>
      </span>
      {traffic.length > 1 && <TrafficBar traffic={traffic} />}
      {followsAlias !== null && (
        <span>
          follows <span className="mono">{followsAlias}</span>
        </span>
      )}
      <span>
        since <Time at={updatedAt} />
      </span>
    </div>
  );
}
