import { formatCount, formatNumber } from '../../../formats/numbers.js';
import { axisTicks } from '../../metrics/metric-series.js';
import './residuals.css';

interface ResidualPictureProps {
  /** Predicted − measured. */
  readonly errors: readonly number[];
  readonly quantiles: Readonly<Record<string, number>>;
  readonly unit: string;
}

const WIDTH = 300;
const HEIGHT = 200;
const BOTTOM = 24;
const BINS = 25;

/** How errors are distributed; their quantiles stand below as text. */
export function ResidualPicture({ errors, quantiles, unit }: ResidualPictureProps) {
  const reach = Math.max(...errors.map(Math.abs)) || 1;
  const counts = Array.from({ length: BINS }, () => 0);
  for (const error of errors) {
    const bin = Math.min(BINS - 1, Math.floor(((error + reach) / (2 * reach)) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const x = (error: number) => 8 + ((error + reach) / (2 * reach)) * (WIDTH - 16);
  const width = (WIDTH - 16) / BINS;
  const ticks = axisTicks([-reach, reach], 3).filter((tick) => Math.abs(tick) <= reach);
  return (
    <figure className="panel residuals" aria-label="Predicted minus measured">
      <div className="panel-head">
        <h3>
          Predicted − measured{unit !== '' && ','}
          {unit}
        </h3>
      </div>
      <div className="panel-body">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={`${formatCount(errors.length)} errors, from ${formatNumber(Math.min(...errors))} to ${formatNumber(Math.max(...errors))}${unit}`}
        >
          {counts.map((count, bin) => {
            const height = (count / most) * (HEIGHT - BOTTOM - 8);
            return (
              <rect
                key={bin}
                x={8 + bin * width}
                y={HEIGHT - BOTTOM - height}
                width={width - 1}
                height={height}
              />
            );
          })}
          <line className="zero" x1={x(0)} x2={x(0)} y1={4} y2={HEIGHT - BOTTOM} />
          {ticks.map((tick) => (
            <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor="middle">
              {formatNumber(tick)}
            </text>
          ))}
        </svg>
        {quantiles.median !== undefined && (
          <p className="muted">
            Median {formatNumber(quantiles.median)}; half lie from {formatNumber(quantiles.p25)} to{' '}
            {formatNumber(quantiles.p75)}, nine of ten from {formatNumber(quantiles.p5)} to{' '}
            {formatNumber(quantiles.p95)}
            {unit}.
          </p>
        )}
      </div>
    </figure>
  );
}
