import { useState } from 'react';
import { ClearRecordedRequests, RecordedRequests } from '../__generated__/recorded-requests.js';
import type { DeploymentDetailsFragment, RecordedRequestsQuery } from '../__generated__/operations.js';
import { usePagedList } from '../api/paged-list.js';
import { Button } from '../components/button.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { ReasonDialog } from '../components/reason-dialog.js';
import { ScrollTable } from '../components/scroll-table.js';
import { Skeleton } from '../components/skeleton.js';
import { Time } from '../components/time.js';
import { formatBytes, formatCount, formatShare } from '../formats/numbers.js';

type Recorded = NonNullable<RecordedRequestsQuery['deployment']>['recordedRequests']['edges'][number]['node'];

/** More of one is cut off. */
const SHOWN_CHARACTERS = 400;

/** What callers sent, where the deployment records. */
export default function RecordedRequestsSection({
  deployment,
}: {
  readonly deployment: DeploymentDetailsFragment;
}) {
  const { name } = deployment;
  const [isClearing, setClearing] = useState(false);
  const list = usePagedList(RecordedRequests, { name }, (data) => data.deployment?.recordedRequests);
  const { nodes: requests, error, isLoading, refresh } = list;
  const found = list.data?.deployment;
  return (
    <section className="panel" aria-label="Recorded requests">
      <div className="panel-head">
        <h2>Recorded requests</h2>
        <Button small onPress={refresh}>
          Refresh
        </Button>
        {requests.length > 0 && (
          <Button small danger onPress={() => setClearing(true)}>
            Remove all…
          </Button>
        )}
      </div>
      <div className="panel-body muted">
        {found &&
          (found.recording === null
            ? 'Recording is off. What callers send may be confidential, so it is kept only where a deployment says so: updateDeployment(input: {name, recording: {sampleRate: 0.1}}).'
            : `A random ${formatShare(found.recording.sampleRate)} of the answered requests, the newest ${formatCount(found.recording.maxRequests)} of them. Neither who asked nor the answer is kept.`)}
      </div>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={4} />}
      {requests.length > 0 && <RequestTable requests={requests} />}
      {found?.recording != null && requests.length === 0 && (
        <p className="empty">Nothing was recorded yet.</p>
      )}
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Older requests
        </LoadMore>
      )}
      {isClearing && (
        <ReasonDialog
          title={`Remove all that ${name} recorded?`}
          document={ClearRecordedRequests}
          variablesFor={(reason) => ({ input: { deployment: name, reason } })}
          confirm="Remove all"
          isDestructive
          onClose={() => setClearing(false)}
          onDone={refresh}
        >
          <p>The recorded requests are removed for good. Whether the deployment records stays as it is.</p>
        </ReasonDialog>
      )}
    </section>
  );
}

function RequestTable({ requests }: { readonly requests: readonly Recorded[] }) {
  return (
    <ScrollTable label="Recorded requests">
      <thead>
        <tr>
          <th scope="col">Answered</th>
          <th scope="col">By</th>
          <th scope="col">Way</th>
          <th scope="col" className="number">
            Rows
          </th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Content</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request, index) => (
          <tr key={`${request.at} ${index}`}>
            <td>
              <Time at={request.at} form="clock" />
            </td>
            <td className="mono">{request.version.ref}</td>
            <td>{request.operation.toLowerCase()}</td>
            <td className="number">{formatCount(request.rows)}</td>
            <td className="number">{formatBytes(request.bytes)}</td>
            <td className="mono content-cell">{shortened(request.instances ?? request.inputs)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function shortened(content: unknown): string {
  if (content === null || content === undefined) return 'dropped a moment ago';
  const text = JSON.stringify(content);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
