import type { ReactNode } from 'react';
import type { WindowFiguresFragment } from '../../__generated__/operations.js';
import { formatBytes, formatCount, formatMs, formatNumber, formatShare } from '../../formats/numbers.js';

/** What happened in the window, in a line of figures. */
export function WindowFigures({ figures }: { readonly figures: WindowFiguresFragment }) {
  const { latency } = figures;
  return (
    <dl className="figures panel panel-body" aria-label="Figures of the window">
      <Figure term="Requests" extra={`${formatNumber(figures.requestRate)}/s`}>
        {formatCount(figures.requests)}
      </Figure>
      <Figure term="Rows" extra={`${formatNumber(figures.rowRate)}/s`}>
        {formatCount(figures.rows)}
      </Figure>
      <Figure term="Errors" extra={formatShare(figures.errorRate)}>
        {formatCount(figures.errors)}
      </Figure>
      <Figure term="p50">{formatMs(latency.p50)}</Figure>
      <Figure term="p95">{formatMs(latency.p95)}</Figure>
      <Figure term="p99">{formatMs(latency.p99)}</Figure>
      <Figure term="Slowest">{formatMs(latency.max)}</Figure>
      <Figure term="In the queue now">{formatCount(figures.queueDepth)}</Figure>
      <Figure term="Memory">{formatBytes(figures.memoryBytes)}</Figure>
      {Number(figures.cacheHits) > 0 && (
        <Figure term="From the cache" extra={formatShare(figures.cacheHitRate)}>
          {formatCount(figures.cacheHits)}
        </Figure>
      )}
      {figures.processorMs !== null && <Figure term="Processor time">{formatMs(figures.processorMs)}</Figure>}
    </dl>
  );
}

interface FigureProps {
  readonly term: string;
  readonly extra?: string;
  readonly children: ReactNode;
}

function Figure({ term, extra, children }: FigureProps) {
  return (
    <div className="figure">
      <dt>{term}</dt>
      <dd>
        {children} {extra !== undefined && <small>{extra}</small>}
      </dd>
    </div>
  );
}
