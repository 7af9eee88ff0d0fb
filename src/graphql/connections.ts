import type {
  AliasChangeRecord,
  DerivationRecord,
  ModelRecord,
  VersionRecord,
  Window,
} from '../catalog/index.js';
import type { EvaluationSchedule } from '../batch/index.js';
import type { AlertRecord, AlertRuleRecord, LoggedPredictionRecord } from '../monitoring/index.js';
import type { DeploymentRecord, RevisionRecord } from '../deployments/index.js';
import type { RecordedRequestRecord } from '../recording/index.js';
import type { JobRecord } from '../jobs/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventRecord } from '../platform/events/index.js';
import type { CursorCodec } from './positions.js';
import type { MigrationOfDeployment } from './migration-node.js';

const DEFAULT_PAGE = 20;
export const MAX_PAGE = 100;

export interface ConnectionArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface Connection<Row> {
  readonly edges: readonly { readonly node: Row; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** A function, so that nothing is counted unless the field is asked for. */
  readonly totalCount: () => Promise<number>;
}

export type ModelConnection = Connection<ModelRecord>;
export type AliasChangeConnection = Connection<AliasChangeRecord>;
export type DerivativeConnection = Connection<DerivationRecord>;
export type DerivativeEdge = DerivativeConnection['edges'][number];
export type VersionConnection = Connection<VersionRecord>;
export type DeploymentConnection = Connection<DeploymentRecord>;
export type RevisionConnection = Connection<RevisionRecord>;
export type MigrationConnection = Connection<MigrationOfDeployment>;
export type RecordedRequestConnection = Connection<RecordedRequestRecord>;
export type JobConnection = Connection<JobRecord>;
export type AlertConnection = Connection<AlertRecord>;
export type AlertRuleConnection = Connection<AlertRuleRecord>;
export type EvaluationScheduleConnection = Connection<EvaluationSchedule>;
export type LoggedPredictionConnection = Connection<LoggedPredictionRecord>;
export type EventConnection = Connection<EventRecord>;

export interface ConnectionSource<Row, Position> {
  readonly cursors: CursorCodec<Position>;
  readonly position: (row: Row) => Position;
  /** At most `take` rows of the window, in the list's own order. */
  readonly page: (window: Window<Position>) => Promise<readonly Row[]>;
  readonly count: () => Promise<number>;
}

/**
 * One page by the Relay Cursor Connections specification. One row more than asked for is read, to know whether there
 * are more. Towards the side the cursor came from, the specification allows the cheap answer: a caller that holds a cursor
 * has seen a row there.
 *
 * @throws DomainError INVALID_ARGUMENT or CURSOR_INVALID
 */
export async function connect<Row, Position>(
  given: ConnectionArguments,
  source: ConnectionSource<Row, Position>,
): Promise<Connection<Row>> {
  const size = pageSize(given);
  const { fromEnd } = size;
  const after = decoded(source.cursors, given.after, 'after');
  const before = decoded(source.cursors, given.before, 'before');
  // Zero rows are a legal page, of which nothing is known but where it lies.
  const rows = size.take === 0 ? [] : await source.page({ after, before, take: size.take + 1, fromEnd });
  const hasMore = rows.length > size.take;
  const kept = !hasMore ? rows : fromEnd ? rows.slice(1) : rows.slice(0, size.take);
  const edges = kept.map((node) => ({ node, cursor: source.cursors.encode(source.position(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: fromEnd ? before !== undefined : hasMore,
      hasPreviousPage: fromEnd ? hasMore : after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: source.count,
  };
}

/** A page of rows that are all at hand, in the list's order. */
export function pageOf<Row, Position>(
  rows: readonly Row[],
  window: Window<Position>,
  compare: (row: Row, position: Position) => number,
): Row[] {
  const inside = rows.filter(
    (row) =>
      (window.after === undefined || compare(row, window.after) > 0) &&
      (window.before === undefined || compare(row, window.before) < 0),
  );
  return window.fromEnd
    ? inside.slice(Math.max(0, inside.length - window.take))
    : inside.slice(0, window.take);
}

/**
 * How many rows, from which end. More than 100 are cut to 100; `pageInfo` tells that there are more.
 *
 * @throws DomainError INVALID_ARGUMENT for a negative number, or both `first` and `last`.
 */
export function pageSize({ first, last }: ConnectionArguments): { take: number; fromEnd: boolean } {
  if (typeof first === 'number' && typeof last === 'number') {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected one of first and last, got first: ${first} and last: ${last}. Leave one out.`,
      { field: ['first'] },
    );
  }
  const fromEnd = typeof last === 'number';
  const wanted = (fromEnd ? last : first) ?? DEFAULT_PAGE;
  if (wanted < 0) {
    const name = fromEnd ? 'last' : 'first';
    throw new DomainError('INVALID_ARGUMENT', `Expected ${name} from 0 to ${MAX_PAGE}, got ${wanted}.`, {
      field: [name],
    });
  }
  return { take: Math.min(wanted, MAX_PAGE), fromEnd };
}

function decoded<Position>(
  cursors: CursorCodec<Position>,
  cursor: string | null | undefined,
  field: string,
): Position | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  try {
    return cursors.decode(cursor);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${field}: ${error.message}`, { field: [field], cause: error });
  }
}
