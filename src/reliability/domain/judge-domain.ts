import type { Pipeline } from '../../pipelines/index.js';
import {
  leverageOf,
  meanDistance,
  mostSimilar,
  Neighbourhood,
  packBits,
  scaledRow,
  type Near,
  type Similar,
} from '../../statistics/index.js';
import type { DomainMeasure, DomainVerdict, Neighbour } from '../verdict.js';
import { declaredMeasure, rangesMeasure, rounded } from './declared-ranges.js';
import type { ColumnDomain, FittedDomain, PrintDomain } from './fitted-domain.js';
import type { PreparedRow } from './prepared-row.js';

/** Training rows that a prediction names. */
const NEAREST = 5;

export interface JudgedInstance {
  readonly verdict: DomainVerdict;
  /** The mean distance to the nearest training rows that are not the instance itself, over what is usual; null: unknown. */
  readonly remoteness: number | null;
}

/** Says of instances whether they are like the training rows, by which measure, and how far. */
export class DomainJudge {
  private readonly training: Neighbourhood | null;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly domain: FittedDomain,
  ) {
    this.training = domain.columns && new Neighbourhood(domain.columns.rows);
  }

  /** @param morgan the fingerprint of the instance's molecule, where the domain asks for one */
  judge({ vector, quantities }: PreparedRow, morgan: Uint32Array | null): JudgedInstance {
    const { domain, pipeline, training } = this;
    const known = vector !== null && domain.width > 0 && vector.length === domain.width ? vector : null;
    const { columns, prints } = domain;
    const scaled = columns && known ? scaledRow(columns.scaling, known) : null;
    // One more than are asked for: the instance itself may be among them.
    const near =
      columns && training && scaled
        ? training.nearest(scaled, Math.max(NEAREST, columns.neighbours) + 1)
        : [];
    const bits = prints && bitsOf(prints, known, morgan);
    const similar = prints && bits ? mostSimilar(prints.prints, bits, NEAREST) : [];
    const measures = [
      declaredMeasure(pipeline, quantities),
      rangesMeasure(pipeline, domain.ranges, quantities),
      columns && leverageMeasure(columns, scaled),
      columns && distanceMeasure(columns, near),
      prints && similarityMeasure(prints, similar),
    ].filter((measure) => measure !== null);
    return {
      verdict: {
        inside: measures.every(({ inside }) => inside),
        measures,
        // Of millions of rows hardly one is read.
        get nearest() {
          return neighbours(domain, near, similar);
        },
      },
      remoteness: columns && remoteness(columns, near),
    };
  }
}

function bitsOf(
  { source }: PrintDomain,
  vector: Float64Array | null,
  morgan: Uint32Array | null,
): Uint32Array | null {
  if (source.kind === 'MORGAN') return morgan;
  return vector && packBits(Float64Array.from(source.columns, (column) => vector[column] ?? 0));
}

function leverageMeasure({ leverage }: ColumnDomain, scaled: Float64Array | null): DomainMeasure | null {
  if (leverage === null) return null;
  const value = scaled === null ? NaN : leverageOf(leverage, scaled);
  const inside = value <= leverage.limit;
  const p = leverage.independent.length + 1;
  return {
    name: 'leverage',
    value: finite(value),
    limit: leverage.limit,
    inside,
    get message() {
      return `Leverage ${rounded(value)}, ${inside ? 'within' : 'beyond'} h* = 3p/n = ${rounded(leverage.limit)} (p = ${p}, n = ${leverage.count})`;
    },
  };
}

function distanceMeasure({ limit, neighbours }: ColumnDomain, near: readonly Near[]): DomainMeasure {
  const value = meanDistance(near.slice(0, neighbours));
  const inside = value <= limit;
  return {
    name: 'distance',
    value: finite(value),
    limit,
    inside,
    get message() {
      return `Mean distance ${rounded(value)} to the ${neighbours} nearest training rows, ${inside ? 'within' : 'beyond'} ${rounded(limit)} (in standard deviations a column)`;
    },
  };
}

function similarityMeasure({ limit, source }: PrintDomain, [nearest]: readonly Similar[]): DomainMeasure {
  const value = nearest?.similarity ?? NaN;
  const inside = value >= limit;
  const print = source.kind === 'MORGAN' ? 'Morgan fingerprint' : "model's own bits";
  return {
    name: 'similarity',
    value: finite(value),
    limit,
    inside,
    get message() {
      return `Tanimoto similarity ${rounded(value)} to the most similar training row, ${inside ? 'at least' : 'below'} ${rounded(limit)} (${print})`;
    },
  };
}

/** Those that are the instance itself say nothing of how hard it is; they are left out, whoever asks. */
function remoteness({ neighbours, typical }: ColumnDomain, near: readonly Near[]): number | null {
  const others = near.filter(({ distance }) => distance > 0).slice(0, neighbours);
  const distance = meanDistance(others);
  if (!Number.isFinite(distance)) return null;
  return typical > 0 ? distance / typical : distance;
}

function neighbours(
  { shown, columns }: FittedDomain,
  near: readonly Near[],
  similar: readonly Similar[],
): Neighbour[] {
  if (shown === null) return [];
  // Bits are what chemists compare by; where there are none, a distance as large as is usual is a similarity of one half.
  const typical = columns?.typical ?? 0;
  const found =
    similar.length > 0
      ? similar
      : near.slice(0, NEAREST).map(({ row, distance }) => ({
          row,
          similarity: distance === 0 ? 1 : typical / (typical + distance),
        }));
  return found.flatMap(({ row, similarity }) => {
    const training = shown[row];
    return training === undefined ? [] : [{ ...training, similarity }];
  });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
