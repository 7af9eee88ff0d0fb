import { useId, useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import type { PlaygroundPipeline } from '../pipeline.js';
import {
  isPossible,
  LARGEST_Z,
  MAGIC_NUMBERS,
  NEUTRONS,
  nuclideName,
  quantitiesOf,
  valley,
} from './landscape.js';

interface Nuclide {
  readonly z: number;
  readonly n: number;
}

interface NuclideChartProps {
  readonly chosen: Nuclide | null;
  readonly domain: PlaygroundPipeline['domain'];
  readonly onChoose: (nuclide: Nuclide) => void;
}

/** Side of a nuclide's square. */
const CELL = 4;
const LEFT = 62;
const BOTTOM = 58;
const TOP = 8;
/** Beyond lies nothing but formulas: the heaviest nuclide that is known has 177 neutrons. The fields take more. */
const CHART_N = 220;
const WIDTH = LEFT + (CHART_N + 7) * CELL;
const HEIGHT = TOP + (LARGEST_Z + 1) * CELL + BOTTOM;

const xOf = (n: number) => LEFT + n * CELL;
const yOf = (z: number) => TOP + (LARGEST_Z - z) * CELL;

/**
 * Segrè's chart: protons upwards, neutrons to the right. What lies within the model's domain is marked. Arrow keys move the
 * choice; the number fields beside it do the same.
 */
export function NuclideChart({ chosen, domain, onChoose }: NuclideChartProps) {
  const svg = useRef<SVGSVGElement>(null);
  const hint = useId();
  const paths = useMemo(() => landscapePaths(domain), [domain]);
  const place = (event: PointerEvent<SVGSVGElement>) => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    const nearest = nearestPossible(Math.floor((y - TOP) / CELL), Math.floor((x - LEFT) / CELL));
    if (nearest !== null) onChoose(nearest);
  };
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = chosen ?? { z: 26, n: 30 };
    const size = event.shiftKey ? 10 : 1;
    const next = { z: from.z + step.z * size, n: from.n + step.n * size };
    if (isPossible(next.z, next.n)) onChoose(next);
    else {
      // Along the border of what holds together, rather than stuck at it.
      const z = Math.min(LARGEST_Z, Math.max(1, next.z));
      const range = NEUTRONS[z - 1];
      if (range && step.z !== 0) onChoose({ z, n: Math.min(range.max, Math.max(range.min, next.n)) });
    }
  };
  const name = chosen !== null && isPossible(chosen.z, chosen.n) ? nuclideName(chosen.z, chosen.n) : 'none';
  return (
    <div className="nuclide-chart">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="application"
        aria-roledescription="chart of nuclides"
        aria-label={`Chosen: ${name}`}
        aria-describedby={hint}
        tabIndex={0}
        onPointerDown={place}
        onPointerMove={(event) => {
          if (event.buttons === 1) place(event);
        }}
        onKeyDown={move}
      >
        <path className="possible" d={paths.outside} />
        <path className="inside" d={paths.inside} />
        {MAGIC_NUMBERS.map((magic) => (
          <g key={magic} className="magic">
            <path d={magicPath(magic)} />
          </g>
        ))}
        <path className="valley" d={paths.valley} />
        <Axes />
        {chosen !== null && isPossible(chosen.z, chosen.n) && chosen.n <= CHART_N && (
          <g className="chosen">
            <path
              d={`M${LEFT},${yOf(chosen.z) + CELL / 2} H${xOf(chosen.n)} M${xOf(chosen.n) + CELL / 2},${HEIGHT - BOTTOM} V${yOf(chosen.z)}`}
            />
            <rect x={xOf(chosen.n) - 4} y={yOf(chosen.z) - 4} width={CELL + 8} height={CELL + 8} />
          </g>
        )}
      </svg>
      <p id={hint} className="muted legend">
        {domain !== undefined && (
          <span>
            <span className="swatch inside" /> within the model’s domain
          </span>
        )}
        <span>
          <span className="swatch possible" /> holds together{domain !== undefined && ', an extrapolation'}
        </span>
        <span>
          <span className="swatch valley" /> most stable
        </span>
        <span>Arrow keys move, with Shift by ten.</span>
      </p>
    </div>
  );
}

const STEPS: Readonly<Partial<Record<string, Nuclide>>> = {
  ArrowUp: { z: 1, n: 0 },
  ArrowDown: { z: -1, n: 0 },
  ArrowLeft: { z: 0, n: -1 },
  ArrowRight: { z: 0, n: 1 },
};

/** The nuclide below a pointer, or one a few squares away: a finger is wider than a square. */
function nearestPossible(row: number, n: number): Nuclide | null {
  const z = LARGEST_Z - row;
  for (let distance = 0; distance <= 4; distance += 1)
    for (const [dz, dn] of [
      [0, 0],
      [0, distance],
      [0, -distance],
      [distance, 0],
      [-distance, 0],
    ] as const)
      if (isPossible(z + dz, n + dn)) return { z: z + dz, n: n + dn };
  return null;
}

/** All squares of one kind as one path: seven thousand elements would make the page slow. */
function landscapePaths(
  domain: PlaygroundPipeline['domain'],
): Readonly<Record<'inside' | 'outside' | 'valley', string>> {
  const inside: string[] = [];
  const outside: string[] = [];
  for (const [index, { min, max }] of NEUTRONS.entries())
    for (let n = min; n <= Math.min(max, CHART_N); n += 1) {
      const z = index + 1;
      const list = domain !== undefined && isInside(domain, z, n) ? inside : outside;
      list.push(`M${xOf(n)},${yOf(z)}h${CELL}v${CELL}h-${CELL}z`);
    }
  const line = Array.from({ length: 310 }, (_, index) => index + 2).map((a) => {
    const z = valley(a);
    return `${(xOf(a - z) + CELL / 2).toFixed(1)},${(yOf(z) + CELL / 2).toFixed(1)}`;
  });
  return { inside: inside.join(''), outside: outside.join(''), valley: `M${line.join(' L')}` };
}

function isInside(domain: NonNullable<PlaygroundPipeline['domain']>, z: number, n: number): boolean {
  const quantities = quantitiesOf(z, n);
  return Object.entries(domain.ranges).every(([name, { min = -Infinity, max = Infinity }]) => {
    const value = quantities[name];
    return value === undefined || (value >= min && value <= max);
  });
}

/** Where the magic numbers cross the landscape. */
function magicPath(magic: number): string {
  const row = NEUTRONS[magic - 1];
  const rows = NEUTRONS.flatMap(({ min, max }, index) => (magic >= min && magic <= max ? [index + 1] : []));
  const across =
    row === undefined
      ? ''
      : `M${xOf(row.min)},${yOf(magic) + CELL / 2}H${xOf(Math.min(row.max, CHART_N) + 1)}`;
  const [first] = rows;
  const last = rows.at(-1);
  const along =
    first === undefined || last === undefined
      ? ''
      : `M${xOf(magic) + CELL / 2},${yOf(first) + CELL}V${yOf(last)}`;
  return across + along;
}

function Axes() {
  const ticks = (largest: number) =>
    Array.from({ length: Math.floor(largest / 20) + 1 }, (_, index) => index * 20);
  return (
    <g className="axes" aria-hidden="true">
      <path d={`M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH}`} />
      {ticks(LARGEST_Z).map((z) => (
        <text key={`z${z}`} x={LEFT - 8} y={yOf(z) + 10} textAnchor="end">
          {z}
        </text>
      ))}
      {ticks(CHART_N).map((n) => (
        <text key={`n${n}`} x={xOf(n) + CELL / 2} y={HEIGHT - BOTTOM + 24} textAnchor="middle">
          {n}
        </text>
      ))}
      <text x={LEFT + (WIDTH - LEFT) / 2} y={HEIGHT - 6} textAnchor="middle">
        neutrons N
      </text>
      <text
        x={18}
        y={TOP + (HEIGHT - BOTTOM) / 2}
        textAnchor="middle"
        transform={`rotate(-90 18 ${TOP + (HEIGHT - BOTTOM) / 2})`}
      >
        protons Z
      </text>
    </g>
  );
}
