import { formatNumber } from '../../formats/numbers.js';
import './parity.css';

interface ParityPictureProps {
  readonly points: readonly { readonly predicted: number; readonly measured: number }[];
  readonly unit: string;
  /** Where the same is told in numbers. */
  readonly elsewhere?: string;
}

const SIZE = 240;
const EDGE = 48;

/** What was predicted over what was measured: a right prediction lies on the diagonal. */
export function ParityPicture({
  points,
  unit,
  elsewhere = 'the same numbers are in the table of the chart beside',
}: ParityPictureProps) {
  const values = points.flatMap(({ predicted, measured }) => [predicted, measured]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const at = (value: number) => EDGE + ((value - low) / span) * (SIZE - EDGE - 8);
  const [x, y] = [at, (value: number) => SIZE - at(value)];
  return (
    <figure className="panel" aria-label="Predicted over measured">
      <div className="panel-head">
        <h3>
          Predicted over measured{unit !== '' && ','}
          {unit}
        </h3>
      </div>
      <div className="panel-body">
        <svg
          className="parity"
          viewBox={`0 0 ${SIZE} ${SIZE}`}
          role="img"
          aria-label={`${points.length} predictions from ${formatNumber(low)} to ${formatNumber(high)}${unit}, over what was measured; ${elsewhere}.`}
        >
          <line className="diagonal" x1={x(low)} y1={y(low)} x2={x(high)} y2={y(high)} />
          {points.map(({ predicted, measured }, index) => (
            <circle key={index} cx={x(measured)} cy={y(predicted)} r="3" />
          ))}
          <text x={EDGE} y={SIZE - 10}>
            {formatNumber(low)}
          </text>
          <text x={SIZE - 8} y={SIZE - 10} textAnchor="end">
            measured {formatNumber(high)}
          </text>
          <text x={EDGE - 4} y={14} textAnchor="end">
            {formatNumber(high)}
          </text>
        </svg>
      </div>
    </figure>
  );
}
