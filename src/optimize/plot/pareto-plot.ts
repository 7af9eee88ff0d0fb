import type { OptimizationCandidate, OptimizationRecord } from '../../catalog/index.js';
import { shown, speedupOf } from '../judging/judge.js';
import { lostBy } from '../judging/pareto-front.js';
import { MEASURED_ROWS } from '../asked/budget-input.js';
import { DomainError } from '../../platform/errors.js';

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 80;
const RIGHT = 24;
const TOP = 48;
const BOTTOM = 64;
const LEAST_SPAN = 1.25;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly kind: 'original' | 'chosen' | 'front' | 'other';
}

/**
 * What was tried, as a picture: to the right what is faster, upwards what is lost. The front is joined, the original and what was
 * chosen are named, and the description says the same in words. It needs no style sheet and no script.
 *
 * @param rows at once, whose times are shown
 * @throws DomainError INVALID_ARGUMENT for rows that were not measured
 */
export function paretoPlot(record: OptimizationRecord, rows: number): string {
  if (!MEASURED_ROWS.some((known) => known === rows))
    throw new DomainError('INVALID_ARGUMENT', `rows: expected ${MEASURED_ROWS.join(' or ')}, got ${rows}.`, {
      field: ['rows'],
    });
  const points = pointsOf(record, rows);
  const scale = scaleOf(points);
  const title = `${record.origin.version} by ${record.method}: times as fast for ${rows === 1 ? 'single rows' : `${rows} rows at once`}, and what is lost`;
  const loss = record.candidates.find((each) => each.loss !== null)?.loss?.metric ?? null;
  const ordinate =
    loss === null ? 'departure of the answers, by their standard deviation' : `worse by, ${loss}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(points.map((point) => `${point.label}: ${shown(point.x)} times as fast, ${shown(point.y)} lost`).join('; '))}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="14" fill="#1a1a1a">${escaped(title)}</text>`,
    ...gridOf(scale),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle" fill="#333333">times as fast as the original</text>`,
    `<text x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" fill="#333333" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${escaped(ordinate)}</text>`,
    frontLine(points, scale),
    ...points.map((point) => dot(point, scale)),
    ...labels(points, scale),
    '</svg>',
  ].join('\n');
}

function pointsOf({ candidates, chosen, origin }: OptimizationRecord, rows: number): Point[] {
  const measured = candidates.filter(({ figures }) => figures !== null);
  return [
    { x: 1, y: 0, label: origin.version, kind: 'original' },
    ...measured.map((each: OptimizationCandidate): Point => ({
      x: speedupOf(each, rows),
      y: lostBy(each),
      label: each.name,
      kind: each.name === chosen ? 'chosen' : each.onFront ? 'front' : 'other',
    })),
  ];
}

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

/** Times on a logarithmic axis: half and double are as far from 1. */
function scaleOf(points: readonly Point[]): Scale {
  const xs = points.map(({ x }) => Math.max(x, 1e-3));
  const low = Math.min(1 / LEAST_SPAN, ...xs) / 1.1;
  const high = Math.max(LEAST_SPAN, ...xs) * 1.1;
  const top = Math.max(1e-9, ...points.map(({ y }) => y)) * 1.1;
  const x = (value: number) =>
    LEFT + ((WIDTH - RIGHT - LEFT) * Math.log(Math.max(value, 1e-3) / low)) / Math.log(high / low);
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / top;
  const xTicks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter(
    (tick) => tick >= low && tick <= high,
  );
  return { x, y, xTicks, yTicks: [0, top / 4, top / 2, (3 * top) / 4, top] };
}

function gridOf({ x, y, xTicks, yTicks }: Scale): string[] {
  const bottom = HEIGHT - BOTTOM;
  return [
    ...xTicks.flatMap((tick) => [
      `<line x1="${at(x(tick))}" y1="${TOP}" x2="${at(x(tick))}" y2="${bottom}" stroke="${tick === 1 ? '#999999' : '#e4e4e4'}"/>`,
      `<text x="${at(x(tick))}" y="${bottom + 16}" text-anchor="middle" fill="#333333">${tick}</text>`,
    ]),
    ...yTicks.flatMap((tick) => [
      `<line x1="${LEFT}" y1="${at(y(tick))}" x2="${WIDTH - RIGHT}" y2="${at(y(tick))}" stroke="#e4e4e4"/>`,
      `<text x="${LEFT - 8}" y="${at(y(tick) + 4)}" text-anchor="end" fill="#333333">${shown(tick)}</text>`,
    ]),
  ];
}

/** Through what nothing is faster than at the same loss: of two measures, fewer than those on the front of all. */
function frontLine(points: readonly Point[], { x, y }: Scale): string {
  const front = points
    .filter((one) => !points.some((other) => other !== one && other.x >= one.x && other.y <= one.y))
    .toSorted((a, b) => a.x - b.x);
  const path = front.map((point) => `${at(x(point.x))},${at(y(point.y))}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="#0b62a4" stroke-dasharray="4 3"/>`;
}

const LOOKS: Readonly<Record<Point['kind'], { readonly fill: string; readonly radius: number }>> = {
  original: { fill: '#1a1a1a', radius: 6 },
  chosen: { fill: '#b3261e', radius: 7 },
  front: { fill: '#0b62a4', radius: 5 },
  other: { fill: '#9a9a9a', radius: 4 },
};

function dot({ x: value, y: lost, kind, label }: Point, { x, y }: Scale): string {
  const { fill, radius } = LOOKS[kind];
  const told = escaped(`${label}: ${shown(value)} times as fast, ${shown(lost)} lost`);
  return `<g><title>${told}</title><circle cx="${at(x(value))}" cy="${at(y(lost))}" r="${radius}" fill="${fill}"/></g>`;
}

const LABEL_HEIGHT = 14;
/** Of a letter, about. */
const LETTER = 6.9;
const MOST_LETTERS = 44;
const ORDER: readonly Point['kind'][] = ['original', 'chosen', 'front', 'other'];

/** Names of what stands out, each above the ones it would lie on; a line leads to a dot that is not right beside it. */
function labels(points: readonly Point[], { x, y }: Scale): string[] {
  const taken: { readonly left: number; readonly right: number; readonly y: number }[] = [];
  return points
    .filter(({ kind }) => kind !== 'other')
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.x - b.x)
    .map(({ x: value, y: lost, label }) => {
      const text = label.slice(0, MOST_LETTERS);
      const [dotX, dotY] = [x(value), y(lost)];
      const width = text.length * LETTER;
      const left = Math.max(LEFT, Math.min(dotX + 10, WIDTH - RIGHT - width));
      let top = dotY - 10;
      const lies = (other: (typeof taken)[number]) =>
        other.left < left + width && other.right > left && Math.abs(other.y - top) < LABEL_HEIGHT;
      while (taken.some(lies) && top > TOP) top -= LABEL_HEIGHT;
      taken.push({ left, right: left + width, y: top });
      const leader =
        dotY - top > 2 * LABEL_HEIGHT
          ? `<line x1="${at(dotX)}" y1="${at(dotY - 6)}" x2="${at(left + 2)}" y2="${at(top + 3)}" stroke="#b0b0b0"/>`
          : '';
      return `${leader}<text x="${at(left)}" y="${at(top)}" fill="#1a1a1a">${escaped(text)}</text>`;
    });
}

function at(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
