import { useMemo } from 'react';
import { Chart, type ChartSeries, type SeriesColour, type TimeRange } from '../../components/chart/chart.js';
import { formatBytes, formatCount, formatMs, formatNumber, formatShare } from '../../formats/numbers.js';
import type { Point } from './use-series.js';

interface DeploymentChartsProps {
  readonly points: readonly Point[];
  readonly seconds: number;
  readonly until: string | null;
  readonly onPan: (seconds: number) => void;
}

/** Codes beyond these are shown together. */
const SHOWN_CODES = 5;

/** The charts of a window, which all have one range and are drawn along together. */
export function DeploymentCharts({ points, seconds, until, onPan }: DeploymentChartsProps) {
  const newest = points.at(-1);
  const to =
    until === null
      ? newest === undefined
        ? Date.now() / 1_000
        : Date.parse(newest.at) / 1_000 + newest.seconds
      : Date.parse(until) / 1_000;
  const range = useMemo<TimeRange>(() => ({ from: to - seconds, to }), [to, seconds]);
  const drawn = useMemo(() => seriesOf(points), [points]);
  const common = { times: drawn.times, range, onPan };
  return (
    <div className="chart-grid">
      <Chart title="Requests a second" series={drawn.rate} format={formatNumber} {...common} />
      <Chart title="Latency" series={drawn.latency} format={formatMs} {...common} />
      <Chart
        title="Where the time goes, on average"
        series={drawn.phases}
        format={formatMs}
        stacked
        {...common}
      />
      <Chart title="Errors a second, by code" series={drawn.errors} format={formatNumber} {...common} />
      <Chart title="Queue" series={drawn.queue} format={formatCount} isCount {...common} />
      <Chart title="Memory" series={drawn.memory} format={formatBytes} {...common} />
      {drawn.hasCache && (
        <Chart title="Answers from the cache" series={drawn.cache} format={formatShare} {...common} />
      )}
    </div>
  );
}

function seriesOf(points: readonly Point[]) {
  const line = (label: string, colour: SeriesColour, of: (point: Point) => number | null): ChartSeries => ({
    label,
    colour,
    values: points.map(of),
  });
  return {
    times: points.map(({ at }) => Date.parse(at) / 1_000),
    rate: [line('Requests', 'series-1', ({ requestRate }) => requestRate)],
    latency: [
      line('p50', 'series-1', ({ latency }) => latency.p50),
      line('p95', 'series-3', ({ latency }) => latency.p95),
      line('p99', 'series-2', ({ latency }) => latency.p99),
    ],
    phases: [
      line('Queue', 'series-2', ({ phases }) => phases.queue.mean),
      line('Preprocess', 'series-5', ({ phases }) => phases.preprocess.mean),
      line('Run', 'series-1', ({ phases }) => phases.run.mean),
      line('Postprocess', 'series-3', ({ phases }) => phases.postprocess.mean),
    ],
    errors: errorLines(points),
    queue: [line('Waiting or running, at most', 'series-6', ({ queueDepth }) => queueDepth)],
    memory: [
      line('Memory', 'series-4', ({ memoryBytes }) => (memoryBytes === null ? null : Number(memoryBytes))),
    ],
    hasCache: points.some(({ cacheHits }) => Number(cacheHits) > 0),
    cache: [
      line('Share', 'series-5', ({ cacheHits, requests, errors }) => {
        const answered = Number(requests) - Number(errors);
        return answered > 0 ? Number(cacheHits) / answered : null;
      }),
    ],
  };
}

const ERROR_COLOURS: readonly SeriesColour[] = ['series-4', 'series-2', 'series-3', 'series-6', 'series-7'];

/** A line for each code, most frequent first; the rest together. */
function errorLines(points: readonly Point[]): ChartSeries[] {
  const totals = new Map<string, number>();
  for (const { errorsByCode } of points)
    for (const { code, count } of errorsByCode) totals.set(code, (totals.get(code) ?? 0) + Number(count));
  const codes = [...totals].sort(([, a], [, b]) => b - a).map(([code]) => code);
  const shown = codes.slice(0, SHOWN_CODES);
  const rateOf = (point: Point, isCounted: (code: string) => boolean) =>
    point.errorsByCode.reduce((sum, { code, count }) => sum + (isCounted(code) ? Number(count) : 0), 0) /
    Math.max(1, point.seconds);
  if (shown.length === 0) return [{ label: 'Errors', colour: 'series-4', values: points.map(() => 0) }];
  const lines: ChartSeries[] = shown.map((code, index) => ({
    label: code,
    colour: ERROR_COLOURS[index] ?? 'ink-3',
    values: points.map((point) => rateOf(point, (other) => other === code)),
  }));
  if (codes.length > shown.length)
    lines.push({
      label: 'Others',
      colour: 'ink-3',
      values: points.map((point) => rateOf(point, (code) => !shown.includes(code))),
    });
  return lines;
}
