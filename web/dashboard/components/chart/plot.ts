import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartSeries, TimeRange } from './chart.js';

/** A drawn chart. */
export interface Plot {
  readonly root: HTMLElement;
  setData(times: readonly number[], series: readonly ChartSeries[]): void;
  setRange(range: TimeRange): void;
  setWidth(width: number): void;
  destroy(): void;
}

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly stacked: boolean;
  readonly series: readonly ChartSeries[];
  readonly times: readonly number[];
  readonly range: TimeRange;
  /** What stands beside the axis: short. */
  readonly format: (value: number) => string;
  /** There is nothing between two whole numbers. */
  readonly isCount: boolean;
  /** The point below the pointer, which is that of all charts of the page; null when it has left. */
  readonly onPoint: (index: number | null) => void;
}

const SYNC = 'time';
const FONT = '11px system-ui, sans-serif';
/** Room for the largest number of digits that labels have. */
const AXIS_WIDTH = 58;

/** 1, 2, 5, 10, 20, … */
const WHOLE_STEPS = Array.from({ length: 15 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

export type DrawPlot = typeof drawPlot;

/** Draws with uPlot, in the colours the page has now. */
export function drawPlot(container: HTMLElement, options: PlotOptions): Plot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  let range = options.range;
  const line = colour('line');
  const ink = colour('ink-3');
  const axis: uPlot.Axis = {
    stroke: ink,
    font: FONT,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
  const plot = new uPlot(
    {
      width: options.width,
      height: options.height,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: {
        sync: { key: SYNC, setSeries: false },
        drag: { x: false, y: false },
        points: { size: 6 },
        y: false,
      },
      scales: {
        x: { time: true, range: () => [range.from, range.to] },
        y: {
          range: (_plot, low, high) => [Math.min(0, low * 1.08), high > 0 ? high * 1.08 : low < 0 ? 0 : 1],
        },
      },
      axes: [
        { ...axis, size: 30, space: 70, values: timeLabels },
        {
          ...axis,
          size: AXIS_WIDTH,
          space: 34,
          values: (_plot, values) => values.map((value) => options.format(value)),
          ...(options.isCount && { incrs: WHOLE_STEPS }),
        },
      ],
      series: [
        {},
        ...options.series.map(({ label, colour: name }): uPlot.Series => ({
          label,
          stroke: colour(name),
          width: options.stacked ? 1 : 1.75,
          points: { show: true, size: 5, fill: colour(name), filter: alone },
          spanGaps: false,
          ...(options.stacked && { fill: mixed(colour(name), colour('surface')) }),
        })),
      ],
      hooks: {
        setCursor: [({ cursor }) => options.onPoint(cursor.idx ?? null)],
      },
    },
    alignedData(options.times, options.series, options.stacked),
    container,
  );
  return {
    root: plot.root,
    setData: (times, series) => plot.setData(alignedData(times, series, options.stacked)),
    setRange: (next) => {
      range = next;
      plot.setScale('x', { min: next.from, max: next.to });
    },
    setWidth: (width) => plot.setSize({ width, height: options.height }),
    destroy: () => plot.destroy(),
  };
}

/** Values between gaps, through which no line goes: with few requests these are all there are. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isGap = (index: number) => values[index] === null || values[index] === undefined;
  return [...values.keys()].filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}

/** Stacked, the first series stands on all others: it is drawn first, and the next over it. */
function alignedData(
  times: readonly number[],
  series: readonly ChartSeries[],
  stacked: boolean,
): uPlot.AlignedData {
  if (!stacked) return [[...times], ...series.map(({ values }) => [...values])];
  const sums: (number | null)[] = times.map(() => null);
  const layers = series.toReversed().map(({ values }) =>
    values.map((value, index) => {
      if (value !== null) sums[index] = (sums[index] ?? 0) + value;
      return value === null ? null : (sums[index] ?? null);
    }),
  );
  return [[...times], ...layers.reverse()];
}

function mixed(colour: string, ground: string): string {
  return `color-mix(in srgb, ${colour} 45%, ${ground})`;
}

const DAY_S = 86_400;
const withSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const withMinutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const withDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

function timeLabels(_plot: uPlot, times: number[], _axis: number, _space: number, step: number): string[] {
  return times.map((time) => {
    const date = new Date(time * 1_000);
    if (step >= DAY_S) return withDay.format(date);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (isMidnight) return withDay.format(date);
    return (step < 60 ? withSeconds : withMinutes).format(date);
  });
}
