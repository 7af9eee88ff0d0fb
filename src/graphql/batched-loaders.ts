import DataLoader from 'dataloader';
import type { Window } from '../catalog/index.js';
import { groupBy } from './group-by.js';

type Read<Row> = (keys: readonly string[]) => Promise<readonly Row[]>;

/** Loaders that ask `read` for each key once. */
export function keyedLoaders(options: { readonly cache: boolean }) {
  return {
    /** One row for each key, null where there is none. */
    byKey: <Row>(read: Read<Row>, keyOf: (row: Row) => string) =>
      new DataLoader<string, Row | null>(async (keys) => {
        const rows = new Map((await read([...new Set(keys)])).map((row) => [keyOf(row), row]));
        return keys.map((key) => rows.get(key) ?? null);
      }, options),
    /** All rows of each key. */
    grouped: <Row>(read: Read<Row>, keyOf: (row: Row) => string) =>
      new DataLoader<string, Row[]>(async (keys) => {
        const groups = groupBy(await read([...new Set(keys)]), keyOf);
        return keys.map((key) => groups.get(key) ?? []);
      }, options),
  };
}

/** One page of what belongs to one owner. */
export interface PageKey<Owner, Position> {
  readonly owner: Owner;
  readonly window: Window<Position>;
}

/** Reads equal windows of different owners together, each owner once. Pages are not remembered. */
export function pageLoader<Owner, Position, Row>(pages: {
  readonly read: (owners: readonly Owner[], window: Window<Position>) => Promise<readonly Row[]>;
  readonly keyOf: (owner: Owner) => string;
  /** The key of the owner of a row. */
  readonly ownerOf: (row: Row) => string;
}) {
  const { read, keyOf, ownerOf } = pages;
  return new DataLoader<PageKey<Owner, Position>, Row[]>(
    async (keys) => {
      const found = await Promise.all(
        [...groupBy(keys, ({ window }) => windowText(window)).values()].map(async (alike) => {
          const [first] = alike;
          const owners = new Map(alike.map(({ owner }) => [keyOf(owner), owner]));
          const rows = first === undefined ? [] : await read([...owners.values()], first.window);
          const ofOwner = groupBy(rows, ownerOf);
          return alike.map((key) => [key, ofOwner.get(keyOf(key.owner)) ?? []] as const);
        }),
      );
      const pageOf = new Map(found.flat());
      return keys.map((key) => pageOf.get(key) ?? []);
    },
    { cache: false },
  );
}

/** Positions beyond 2^53 have no JSON. */
function windowText({ after, before, take, fromEnd }: Window<unknown>): string {
  return JSON.stringify([textOf(after), textOf(before), take, fromEnd]);
}

function textOf(position: unknown): unknown {
  return typeof position === 'bigint' ? String(position) : position;
}
