import { useEffect, useEffectEvent } from 'react';
import { Link } from 'wouter';
import { useLiveQuery } from '../api/live-query.js';
import { Notice } from '../components/notice.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { DeploymentProgress } from '../__generated__/publishing.js';
import { deploymentPath } from '../paths.js';

const LOOK_MS = 500;

/** A deployment on its way, until it is ready or has failed. */
export function DeploymentWatch({ name }: { readonly name: string }) {
  const { data, refresh } = useLiveQuery(DeploymentProgress, { name });
  const deployment = data?.deployment;
  const isUnderWay = deployment != null && !['READY', 'FAILED', 'STOPPED'].includes(deployment.state);
  const look = useEffectEvent(refresh);
  useEffect(() => {
    if (!isUnderWay) return undefined;
    const timer = setInterval(() => look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [isUnderWay]);
  if (deployment == null) return null;
  return (
    <div role="status" className="stack">
      <p>
        <Link href={deploymentPath(name)}>{name}</Link>: {deployment.version.ref}{' '}
        <DeploymentStateBadge state={deployment.state} />
      </p>
      {deployment.stateReason !== null && (
        <Notice kind={deployment.state === 'FAILED' ? 'bad' : 'info'}>{deployment.stateReason}</Notice>
      )}
    </div>
  );
}
