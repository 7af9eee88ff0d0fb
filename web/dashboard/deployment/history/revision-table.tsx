import type { DeploymentHistoryQuery } from '../../__generated__/operations.js';
import { Badge } from '../../components/badge.js';
import { Button } from '../../components/button.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { DeploymentStateBadge } from '../../components/state-badge.js';
import { Time } from '../../components/time.js';

type Revision = NonNullable<DeploymentHistoryQuery['deployment']>['revisions']['edges'][number]['node'];

interface RevisionTableProps {
  readonly revisions: readonly Revision[];
  /** The number of the one that serves now. */
  readonly serving: number;
  readonly onRollback: (to: { readonly number: number; readonly ref: string }) => void;
}

const ROLES = { PRIMARY: 'Serves', CANDIDATE: 'On trial', STANDBY: 'Kept warm' } as const;

export function RevisionTable({ revisions, serving, onRollback }: RevisionTableProps) {
  return (
    <ScrollTable label="Revisions">
      <thead>
        <tr>
          <th scope="col">Revision</th>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col">Asked for</th>
          <th scope="col">Reason</th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {revisions.map(
          ({ id, number, version, state, stateReason, role, createdAt, createdBy, reason, servedAt }) => (
            <tr key={id}>
              <th scope="row">{number}</th>
              <td className="mono">{version.ref}</td>
              <td>
                <div className="row">
                  <DeploymentStateBadge state={state} reason={stateReason} />
                  {state === 'READY' && role !== 'PRIMARY' && (
                    <Badge tone="info" icon="clock">
                      {ROLES[role]}
                    </Badge>
                  )}
                </div>
              </td>
              <td>
                <Time at={createdAt} /> by {createdBy}
              </td>
              <td>{reason ?? <span className="muted">none given</span>}</td>
              <td>
                {number < serving && servedAt !== null && (
                  <Button
                    small
                    label={`Roll back to revision ${number}`}
                    onPress={() => onRollback({ number, ref: version.ref })}
                  >
                    Roll back…
                  </Button>
                )}
              </td>
            </tr>
          ),
        )}
      </tbody>
    </ScrollTable>
  );
}
