import { formatNumber } from '../../formats/numbers.js';
import { axisTicks, bestPoint, metricTitle, type MetricSeries } from './metric-series.js';

const WIDTH = 420;
const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 34;
/** More labels than this would stand upon each other. */
const MOST_LABELS = 12;

/** One metric over the versions. The same numbers stand in the table below. */
export function MetricPlot({ series }: { readonly series: MetricSeries }) {
  const { points, dataset, higherIsBetter } = series;
  const ticks = axisTicks(points.map(({ value }) => value));
  const [low = 0] = ticks;
  const high = ticks.at(-1) ?? 1;
  const first = points[0]?.number ?? 1;
  const span = Math.max(1, (points.at(-1)?.number ?? 1) - first);
  const x = (number: number) =>
    points.length === 1
      ? (LEFT + WIDTH - RIGHT) / 2
      : LEFT + 12 + ((number - first) / span) * (WIDTH - LEFT - RIGHT - 24);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const best = bestPoint(series);
  const every = Math.ceil(points.length / MOST_LABELS);
  return (
    <figure className="panel panel-body metric-plot">
      <h2>{metricTitle(series)}</h2>
      <p className="muted">
        {[dataset, higherIsBetter === null ? null : `${higherIsBetter ? 'higher' : 'lower'} is better`]
          .filter((part) => part !== null)
          .join('; ')}
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary(series)}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        <polyline points={points.map(({ number, value }) => `${x(number)},${y(value)}`).join(' ')} />
        {points.map((point, index) => (
          <g key={point.number}>
            <circle
              className={point === best ? 'best' : ''}
              cx={x(point.number)}
              cy={y(point.value)}
              r={point === best ? 5 : 3.5}
            >
              <title>{`${point.ref}: ${point.value}`}</title>
            </circle>
            {(index % every === 0 || index === points.length - 1) && (
              <text x={x(point.number)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
                {point.number}
              </text>
            )}
          </g>
        ))}
        <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 3} textAnchor="middle">
          version
        </text>
      </svg>
    </figure>
  );
}

function summary(series: MetricSeries): string {
  const { points } = series;
  const best = bestPoint(series);
  const values = points.slice(-10).map(({ ref, value }) => `${ref} ${formatNumber(value)}`);
  return `${metricTitle(series)} over versions: ${values.join(', ')}${best === null ? '' : `. Best: ${best.ref}`}`;
}
