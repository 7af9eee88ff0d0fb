import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useStore } from '../../api/store.js';
import { formatDateTime } from '../../formats/times.js';
import { colours } from '../../shell/theme.js';
import { Button } from '../button.js';
import { Icon } from '../icon.js';
import { ChartTable } from './chart-table.js';
import { usePanning } from './use-panning.js';
import type { DrawPlot, Plot } from './plot.js';
import './chart.css';

export type SeriesColour = `series-${1 | 2 | 3 | 4 | 5 | 6 | 7}` | 'bad' | 'good' | 'ink-3';

export interface ChartSeries {
  readonly label: string;
  readonly colour: SeriesColour;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

/** In seconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface ChartProps {
  readonly title: string;
  /** Seconds since 1970, in order. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly range: TimeRange;
  readonly format: (value: number | null) => string;
  /** For the axis, where there is room for a number alone; `format` when left out. */
  readonly formatAxis?: (value: number) => string;
  /** Whole numbers of something. */
  readonly isCount?: boolean;
  /** Series that add up to the whole. */
  readonly stacked?: boolean;
  /** The chart was drawn along by so many seconds; a positive number goes back in time. */
  readonly onPan?: (seconds: number) => void;
}

const HEIGHT = 180;

/** Lines over time. The readout below says the value below the pointer, or the last one; the same is there as a table. */
export function Chart(props: ChartProps) {
  const { title, times, series, range, format, stacked = false, onPan } = props;
  const { formatAxis = format, isCount = false } = props;
  const [isTable, setTable] = useState(false);
  const [point, setPoint] = useState<number | null>(null);
  return (
    <figure className="panel chart" aria-label={title}>
      <div className="panel-head">
        <h3>{title}</h3>
        <Button
          quiet
          small
          label={isTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
          onPress={() => setTable(!isTable)}
        >
          <Icon name={isTable ? 'pulse' : 'table'} />
          {isTable ? 'Chart' : 'Table'}
        </Button>
      </div>
      {isTable ? (
        <ChartTable title={title} times={times} series={series} format={format} />
      ) : (
        <>
          <Canvas
            {...{ times, series, range, format: formatAxis, isCount, stacked, onPan }}
            onPoint={setPoint}
          />
          <Readout {...{ times, series, format, point }} />
        </>
      )}
    </figure>
  );
}

interface CanvasProps extends Pick<ChartProps, 'times' | 'series' | 'range'> {
  readonly format: (value: number) => string;
  readonly isCount: boolean;
  readonly stacked: boolean;
  readonly onPan: ((seconds: number) => void) | undefined;
  readonly onPoint: (index: number | null) => void;
}

function Canvas({ times, series, range, format, isCount, stacked, onPan, onPoint }: CanvasProps) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const theme = useStore(colours);
  const names = series.map(({ label, colour }) => `${label} ${colour}`).join();
  const begin = useEffectEvent((element: HTMLDivElement, draw: DrawPlot) =>
    draw(element, {
      width: element.clientWidth,
      height: HEIGHT,
      stacked,
      series,
      times,
      range,
      format,
      isCount,
      onPoint,
    }),
  );
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    let isGone = false;
    void import('./plot.js').then(({ drawPlot }) => {
      if (!isGone) plot.current = begin(element, drawPlot);
    });
    const resized = new ResizeObserver(() => plot.current?.setWidth(element.clientWidth));
    resized.observe(element);
    return () => {
      isGone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, names, stacked]);
  useEffect(() => plot.current?.setData(times, series), [times, series]);
  useEffect(() => plot.current?.setRange(range), [range]);
  usePanning(container, { plot, range, onPan });
  return <div ref={container} className="chart-canvas" style={{ height: HEIGHT }} aria-hidden="true" />;
}

interface ReadoutProps extends Pick<ChartProps, 'times' | 'series' | 'format'> {
  readonly point: number | null;
}

function Readout({ times, series, format, point }: ReadoutProps) {
  const index = point ?? times.length - 1;
  const time = times[index];
  return (
    <figcaption className="readout">
      <span className="muted">
        {time === undefined ? 'No data' : point === null ? 'Last' : formatDateTime(new Date(time * 1_000))}
      </span>
      <ul>
        {series.map(({ label, colour, values }) => (
          <li key={label}>
            <span className="swatch" style={{ background: `var(--${colour})` }} />
            {label} <b className="number">{format(values[index] ?? null)}</b>
          </li>
        ))}
      </ul>
    </figcaption>
  );
}
