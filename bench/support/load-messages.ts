import type { Exchange } from './exchange.js';

/** What a load generator is told to do. */
export interface LoadOrder {
  readonly port: number;
  /** Sent in turn, over and over. */
  readonly exchanges: readonly Exchange[];
  readonly connections: number;
  /** Each connection asks for one label only, so that none waits for another's answers. */
  readonly apart?: boolean;
  /** Each connection sends its next request when it has its answer; or so many a second on all connections together. */
  readonly ratePerSecond?: number;
  /** Undefined: until it is told to stop. */
  readonly durationMs?: number;
  /** Processes whose processor time is taken at the beginning and at the end. */
  readonly watched?: readonly number[];
}

export interface Tally {
  readonly right: number;
  /** By code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly wrong: number;
  /** Sent, and the connection ended without an answer. */
  readonly lost: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** Right answers. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** By the exchanges' label. */
  readonly tallies: Readonly<Record<string, Tally>>;
  /** The first few answers that were wrong. */
  readonly problems: readonly string[];
  /** Cores kept busy, by process. */
  readonly cores: Readonly<Record<number, { readonly process: number; readonly mainThread: number }>>;
  /** Cores kept busy by the generator itself. */
  readonly ownCores: number;
}

export type LoadCommand = { readonly kind: 'run'; readonly order: LoadOrder } | { readonly kind: 'stop' };
export type LoadReply =
  | { readonly kind: 'begun' }
  | { readonly kind: 'done'; readonly report: LoadReport }
  | { readonly kind: 'failed'; readonly message: string };
