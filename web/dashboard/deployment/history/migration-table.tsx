import type { DeploymentMigrationsQuery } from '../../__generated__/operations.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { MigrationStateBadge } from '../../components/state-badge.js';
import { Time } from '../../components/time.js';
import { STRATEGY_NAMES } from '../migration/migration-words.js';

type Migration = NonNullable<DeploymentMigrationsQuery['deployment']>['migrations']['edges'][number]['node'];

export function MigrationTable({ migrations }: { readonly migrations: readonly Migration[] }) {
  return (
    <ScrollTable label="Migrations">
      <thead>
        <tr>
          <th scope="col">Migration</th>
          <th scope="col">From, to</th>
          <th scope="col">Strategy</th>
          <th scope="col">State</th>
          <th scope="col">Begun</th>
          <th scope="col">How it ended</th>
        </tr>
      </thead>
      <tbody>
        {migrations.map((migration) => (
          <tr key={migration.id}>
            <th scope="row">{migration.number}</th>
            <td className="mono">
              {migration.fromRevision.version.ref} → {migration.toRevision.version.ref}
            </td>
            <td>{STRATEGY_NAMES[migration.strategy]}</td>
            <td>
              <MigrationStateBadge state={migration.state} />
            </td>
            <td>
              <Time at={migration.createdAt} /> by {migration.createdBy}
              {migration.reason !== null && <p className="muted">{migration.reason}</p>}
            </td>
            <td className="finding">
              {migration.stateReason}
              {migration.endedAt !== null && (
                <p className="muted">
                  <Time at={migration.endedAt} />
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
