import type { CatalogContents } from './contents.js';
import type { Numbers } from './numbers.js';

export type Variables = Readonly<Record<string, unknown>>;

/** Something a client asks the catalog, with other variables each time. */
export interface Question {
  readonly name: string;
  readonly document: string;
  /** Another page or thing each time; of pages, `first` long. */
  readonly variables: (random: Numbers, first: number) => Variables;
  /** How long its pages are when it is timed; left out where there are no pages. */
  readonly first?: number;
  /** What is wrong with the answer; undefined when it is right. */
  readonly problem: (data: never, variables: never) => string | undefined;
}

/** What questions are made from. */
export interface QuestionSource {
  readonly contents: CatalogContents;
  /** Asks the server itself, for cursors. */
  readonly ask: (document: string, variables: Variables) => Promise<Readonly<Record<string, unknown>>>;
}

export interface Edges<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly totalCount?: number;
}

export function expectEqual(what: string, got: unknown, expected: unknown): string | undefined {
  return Object.is(got, expected)
    ? undefined
    : `${what}: expected ${String(expected)}, got ${JSON.stringify(got)}`;
}
