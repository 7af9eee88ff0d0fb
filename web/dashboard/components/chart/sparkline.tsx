interface SparklineProps {
  /** Oldest first; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** What it shows, with the last value, for screen readers. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** How something went lately, small enough for a row; from zero to its largest value. */
export function Sparkline({ values, label, width = 96, height = 24 }: SparklineProps) {
  const largest = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const y = (value: number) => height - 1.5 - (value / largest) * (height - 3);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [[index * step, y(value)] as const],
  );
  const line = points.map(([x, height_]) => `${x.toFixed(1)},${height_.toFixed(1)}`).join(' ');
  const [first] = points;
  const last = points.at(-1);
  return (
    <svg
      className="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {first !== undefined && last !== undefined && (
        <>
          <polygon points={`${first[0].toFixed(1)},${height} ${line} ${last[0].toFixed(1)},${height}`} />
          <polyline points={line} />
        </>
      )}
    </svg>
  );
}
