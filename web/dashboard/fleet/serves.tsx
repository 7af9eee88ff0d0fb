import type { FleetDeploymentFragment } from '../__generated__/operations.js';
import { TrafficBar } from '../components/traffic-bar.js';
import { isUnderWay, STRATEGY_NAMES } from '../deployment/migration/migration-words.js';

/** Which versions answer, and where the deployment is going. */
export function Serves({ deployment }: { readonly deployment: FleetDeploymentFragment }) {
  const { traffic, version, migration } = deployment;
  return (
    <>
      {traffic.length > 1 ? <TrafficBar traffic={traffic} /> : <span className="mono">{version.ref}</span>}
      {migration !== null && isUnderWay(migration.state) && (
        <div className="muted">
          {STRATEGY_NAMES[migration.strategy]} to {migration.toRevision.version.ref}
          {migration.step !== null && `, step ${migration.step} of ${migration.steps.length}`}
        </div>
      )}
    </>
  );
}
