import type { Options } from './options.js';

/** What a group is given: how long to measure, and a place to say how far it is. */
export interface BenchRun {
  readonly options: Options;
  readonly progress: (text: string) => void;
}

/** Measures one thing and answers its section in Markdown. */
export type BenchGroup = (run: BenchRun) => Promise<string>;
