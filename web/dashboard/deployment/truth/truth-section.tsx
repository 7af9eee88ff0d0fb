import { useMemo } from 'react';
import { DeploymentTruth } from '../../__generated__/truth.js';
import type { DeploymentDetailsFragment } from '../../__generated__/operations.js';
import { useLiveQuery } from '../../api/live-query.js';
import { Choices } from '../../components/choices.js';
import { Chart, type ChartSeries, type TimeRange } from '../../components/chart/chart.js';
import { SelectField } from '../../components/fields.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { formatDuration } from '../../formats/durations.js';
import { formatCount, formatNumber, formatShare } from '../../formats/numbers.js';
import { useUrlState } from '../../url-state.js';
import { ParityPicture } from './parity-picture.js';

const WINDOWS = [
  { value: 'P1D', label: '1 day' },
  { value: 'P7D', label: '7 days' },
  { value: 'P30D', label: '30 days' },
] as const;

/** How far predictions are from what was measured later. */
export default function TruthSection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { name } = deployment;
  const [window, setWindow] = useUrlState('truth-window', 'P30D');
  const [result, setResult] = useUrlState('result', '');
  const { data, error, isLoading, refresh } = useLiveQuery(DeploymentTruth, {
    name,
    window,
    result: result === '' ? null : result,
  });
  const found = data?.deployment;
  const live = found?.liveError;
  const drawn = useMemo(() => errorSeries(live?.points ?? []), [live]);
  const unit = live?.unit == null || live.unit === '1' ? '' : ` ${live.unit}`;
  const figure = (value: number | null) =>
    value === null ? formatNumber(value) : `${formatNumber(value)}${unit}`;
  return (
    <>
      <h2 className="visually-hidden">Measured</h2>
      <div className="row">
        <Choices label="Window" options={WINDOWS} value={window} onChange={setWindow} />
        {live && live.results.length > 1 && (
          <SelectField
            label="Result"
            value={live.result ?? ''}
            onChange={setResult}
            options={live.results.map((value) => ({ value, label: value }))}
          />
        )}
      </div>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {found && (
        <p className="muted">
          {found.predictionLogging === null
            ? 'Predictions are not logged, so nothing that is measured later can be held against them. Logging is switched on by updateDeployment(input: {name, predictionLog: {sampleRate: 1}}).'
            : `Logs ${formatShare(found.predictionLogging.sampleRate)} of the predictions for ${formatDuration(found.predictionLogging.retention)}. What was measured is joined by recordOutcome(input: {predictionId, value}).`}
        </p>
      )}
      {live && Number(live.count) === 0 && (
        <p className="panel empty">Nothing was measured of what was predicted in this window.</p>
      )}
      {live && Number(live.count) > 0 && (
        <>
          <dl className="figures panel panel-body" aria-label="Error of what was measured">
            {(
              [
                ['Measured', formatCount(live.count)],
                ['Bias', figure(live.bias)],
                ['Mean absolute error', figure(live.mae)],
                ['Root mean square error', figure(live.rmse)],
              ] as const
            ).map(([term, text]) => (
              <div key={term} className="figure">
                <dt>{term}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          <div className="chart-grid">
            <Chart
              title={`Predicted − measured${unit === '' ? '' : `,${unit}`}`}
              format={figure}
              formatAxis={formatNumber}
              {...drawn}
            />
            <ParityPicture points={live.points} unit={unit} />
          </div>
        </>
      )}
    </>
  );
}

type Points = readonly { readonly at: string; readonly predicted: number; readonly measured: number }[];

function errorSeries(points: Points): { times: number[]; series: ChartSeries[]; range: TimeRange } {
  const sorted = points.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  const times = sorted.map(({ at }) => Date.parse(at) / 1_000);
  const [from = 0, to = 1] = [times[0], times.at(-1)];
  return {
    times,
    series: [
      {
        label: 'Error',
        colour: 'series-2',
        values: sorted.map(({ predicted, measured }) => predicted - measured),
      },
    ],
    range: { from: from - 60, to: Math.max(to, from) + 60 },
  };
}
