import type { ReactNode } from 'react';
import type { DeploymentDetailsFragment } from '../__generated__/operations.js';
import { formatBytes, formatCount, formatMs, formatShare } from '../formats/numbers.js';

/** How the deployment runs its model. */
export default function SettingsSection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { runtime, batching, limits, cache, recording } = deployment;
  const remote = runtime.remote ?? deployment.version.artifact.remote;
  return (
    <div className="grid-3">
      <Facts title="Runtime">
        {remote !== null && (
          <Fact term="Remote engine">
            {remote.model}
            {remote.version !== null && ` version ${remote.version}`} at {remote.url},{' '}
            {remote.protocol === 'OPEN_INFERENCE' ? 'Open Inference Protocol' : 'TensorFlow Serving'}
          </Fact>
        )}
        <Fact term="Isolation">
          {runtime.isolation === 'PROCESS' ? 'A process for each replica' : 'A thread of the server'}
        </Fact>
        <Fact term="Replicas">{formatCount(runtime.replicas)}</Fact>
        <Fact term="Threads a run">{formatCount(runtime.threads)}</Fact>
        <Fact term="Longest run">{formatMs(runtime.maxRunMs)}</Fact>
        <Fact term="Memory a process">
          {runtime.maxMemoryBytes === null
            ? 'eight times the file and 2 GiB'
            : formatBytes(runtime.maxMemoryBytes)}
        </Fact>
        <Fact term="Graph optimisation">{runtime.graphOptimization.toLowerCase()}</Fact>
        <Fact term="Runs on">{runtime.executionProviders.join(', ')}</Fact>
      </Facts>
      <Facts title="Batching">
        {batching === null ? (
          <Fact term="State">not known before the model was loaded</Fact>
        ) : (
          <>
            <Fact term="Requests run together">
              {batching.enabled ? 'yes' : `no: ${batching.reason ?? ''}`}
            </Fact>
            <Fact term="Rows are independent">
              {batching.rowsIndependent.toLowerCase()}
              {batching.rowsIndependentReason !== null && `: ${batching.rowsIndependentReason}`}
            </Fact>
            <Fact term="Largest batch">{formatCount(batching.maxBatchSize)}</Fact>
            <Fact term="Waits for more">{formatMs(batching.maxDelayMs)}</Fact>
          </>
        )}
      </Facts>
      <Facts title="Limits, cache and recording">
        <Fact term="Longest queue">{formatCount(limits.maxQueue)} requests</Fact>
        <Fact term="Leaves memory">
          {limits.idleUnloadMs === null ? 'never' : `${formatMs(limits.idleUnloadMs)} after the last request`}
        </Fact>
        <Fact term="Cache">{cache === null ? 'off' : formatBytes(cache.maxBytes)}</Fact>
        <Fact term="Records requests">
          {recording === null
            ? 'no'
            : `${formatShare(recording.sampleRate)}, the newest ${formatCount(recording.maxRequests)}`}
        </Fact>
      </Facts>
    </div>
  );
}

function Facts({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <div className="panel-body">
        <dl className="facts">{children}</dl>
      </div>
    </section>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}
