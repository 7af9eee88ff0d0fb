import { useState } from 'react';
import { RollbackDeployment } from '../../__generated__/deployment-actions.js';
import { DeploymentHistory, DeploymentMigrations } from '../../__generated__/deployment-history.js';
import type { DeploymentDetailsFragment } from '../../__generated__/operations.js';
import { usePagedList } from '../../api/paged-list.js';
import { LoadMore } from '../../components/load-more.js';
import { QueryError } from '../../components/query-error.js';
import { ReasonDialog } from '../../components/reason-dialog.js';
import { Skeleton } from '../../components/skeleton.js';
import { MigrationTable } from './migration-table.js';
import { RevisionTable } from './revision-table.js';

/** Everything the deployment ever ran, and how it got from one to the next. */
export default function HistorySection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { name } = deployment;
  const { revision, updatedAt, migration } = deployment;
  const current = { as: [revision.number, updatedAt, migration?.id, migration?.state].join(' ') };
  const revisions = usePagedList(DeploymentHistory, { name }, (data) => data.deployment?.revisions, current);
  const migrations = usePagedList(
    DeploymentMigrations,
    { name },
    (data) => data.deployment?.migrations,
    current,
  );
  const [backTo, setBackTo] = useState<{ readonly number: number; readonly ref: string } | null>(null);
  const error = revisions.error ?? migrations.error;
  const refresh = () => {
    revisions.refresh();
    migrations.refresh();
  };
  return (
    <>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {revisions.isLoading && <Skeleton lines={6} />}
      {revisions.nodes.length > 0 && (
        <section className="panel" aria-label="Revisions">
          <div className="panel-head">
            <h2>Revisions</h2>
          </div>
          <RevisionTable
            revisions={revisions.nodes}
            serving={deployment.revision.number}
            onRollback={setBackTo}
          />
          {revisions.hasMore && (
            <LoadMore isLoading={revisions.isLoadingMore} onWanted={revisions.loadMore}>
              Older revisions
            </LoadMore>
          )}
        </section>
      )}
      {migrations.nodes.length > 0 && (
        <section className="panel" aria-label="Migrations">
          <div className="panel-head">
            <h2>Migrations</h2>
          </div>
          <MigrationTable migrations={migrations.nodes} />
          {migrations.hasMore && (
            <LoadMore isLoading={migrations.isLoadingMore} onWanted={migrations.loadMore}>
              Older migrations
            </LoadMore>
          )}
        </section>
      )}
      {backTo !== null && (
        <ReasonDialog
          title={`Roll back to revision ${backTo.number}?`}
          document={RollbackDeployment}
          variablesFor={(reason) => ({
            input: { deployment: name, revision: backTo.number, reason, waitMs: 0 },
          })}
          confirm="Roll back"
          isDestructive
          onClose={() => setBackTo(null)}
          onDone={refresh}
        >
          <p>
            <span className="mono">{backTo.ref}</span> serves again with the settings of revision{' '}
            {backTo.number}, as a new revision. Nothing is taken from the history.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
