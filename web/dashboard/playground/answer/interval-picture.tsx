interface IntervalPictureProps {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const WIDTH = 240;
const HEIGHT = 18;
const EDGE = 8;

/** The value within its interval; the text beside it says the same. */
export function IntervalPicture({ value, low, high }: IntervalPictureProps) {
  const [from, to] = [Math.min(low, value), Math.max(high, value)];
  const at = (number: number) => EDGE + ((number - from) / (to - from || 1)) * (WIDTH - 2 * EDGE);
  const middle = HEIGHT / 2;
  return (
    <svg className="interval-picture" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={`M${at(low)} ${middle}H${at(high)}M${at(low)} 3V${HEIGHT - 3}M${at(high)} 3V${HEIGHT - 3}`} />
      <circle cx={at(value)} cy={middle} r="5" />
    </svg>
  );
}
