import { useState } from 'react';
import { RollbackDeployment } from '../../__generated__/deployment-actions.js';
import { DeploymentHistory } from '../../__generated__/deployment-history.js';
import type { DeploymentDetailsFragment } from '../../__generated__/operations.js';
import { useLiveQuery } from '../../api/live-query.js';
import { QueryError } from '../../components/query-error.js';
import { ReasonDialog } from '../../components/reason-dialog.js';
import { Skeleton } from '../../components/skeleton.js';
import { useUrlState } from '../../url-state.js';
import { Button } from '../../components/button.js';
import { MigrationTable } from './migration-table.js';
import { RevisionTable } from './revision-table.js';

/** Everything the deployment ever ran, and how it got from one to the next. */
export default function HistorySection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { name } = deployment;
  const [after, setAfter] = useUrlState('after', '');
  const { data, error, isLoading, refresh } = useLiveQuery(DeploymentHistory, {
    name,
    after: after === '' ? null : after,
  });
  const [backTo, setBackTo] = useState<{ readonly number: number; readonly ref: string } | null>(null);
  const history = data?.deployment;
  const page = history?.revisions.pageInfo;
  return (
    <>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={6} />}
      {history && (
        <section className="panel" aria-label="Revisions">
          <div className="panel-head">
            <h2>Revisions</h2>
          </div>
          <RevisionTable
            revisions={history.revisions.edges.map(({ node }) => node)}
            serving={deployment.revision.number}
            onRollback={setBackTo}
          />
          {(after !== '' || page?.hasNextPage === true) && (
            <p className="panel-body row">
              {after !== '' && (
                <Button quiet onPress={() => setAfter('')}>
                  Newest revisions
                </Button>
              )}
              {page?.hasNextPage === true && (
                <Button quiet onPress={() => setAfter(page.endCursor ?? '')}>
                  Older revisions
                </Button>
              )}
            </p>
          )}
        </section>
      )}
      {history && history.migrations.edges.length > 0 && (
        <section className="panel" aria-label="Migrations">
          <div className="panel-head">
            <h2>Migrations</h2>
          </div>
          <MigrationTable migrations={history.migrations.edges.map(({ node }) => node)} />
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
