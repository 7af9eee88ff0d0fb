import { setImmediate as turn } from 'node:timers/promises';
import type { RunResult } from '../../src/runtime/index.js';
import type { Tensor } from '../../src/tensors/index.js';
import type { BatcherOptions, JoiningSettings, Run } from '../../src/inference/batcher.js';
import { DomainError } from '../../src/platform/errors.js';

/** Rows of `width` times their value. */
export function tensor(rows: readonly number[], width = 1): Tensor {
  return {
    name: `x${width}`,
    datatype: 'FP64',
    shape: [rows.length, width],
    data: Float64Array.from(rows.flatMap((value) => Array<number>(width).fill(value))),
  };
}

/** A run that waits until the test lets it end. */
export interface HeldRun {
  /** The value of each row. */
  readonly rows: readonly number[];
  finish(): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** Doubles what it gets, when it is told to. A negative row fails the whole run, as a bad row does in a graph. */
export class FakeModel {
  readonly runs: HeldRun[] = [];

  /** @param inferMs what it says each run took */
  constructor(private readonly inferMs = 1) {}
  onRun: () => void = () => undefined;
  private readonly listeners = new Set<() => void>();

  readonly run: Run = ([input]) =>
    new Promise((resolve, reject) => {
      if (!input) throw new Error('no input');
      this.runs.push({
        rows: firstColumn(input),
        finish: async () => {
          try {
            resolve({ ...doubled(input), inferMs: this.inferMs });
          } catch (error) {
            reject(error);
          }
          await settled();
        },
        fail: async (error) => {
          reject(error);
          await settled();
        },
      });
      this.onRun();
      for (const listener of this.listeners) listener();
    });

  /** Lets every run end as soon as it began, from now on. */
  async finishAll(): Promise<void> {
    this.listeners.add(() => void this.runs.at(-1)?.finish());
    await Promise.all(this.runs.map((run) => run.finish()));
  }
}

/** Long enough for everything that needs no more than turns of the event loop to have happened. */
export async function settled(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await turn();
}

export function doubled(input: Tensor): RunResult {
  const values = input.data as Float64Array;
  if (values.some((value) => value < 0)) throw new DomainError('RUN_FAILED', 'a negative row');
  return { outputs: [{ ...input, name: 'y', data: values.map((value) => 2 * value) }], inferMs: 1 };
}

export function firstColumn({ data, shape }: Tensor): number[] {
  const [, width = 1] = shape;
  return [...(data as Float64Array)].filter((_value, index) => index % width === 0);
}

export function joining(settings: Partial<JoiningSettings> = {}): BatcherOptions {
  return {
    replicas: 1,
    joining: {
      maxBatchSize: 8,
      maxDelayMicroseconds: 0,
      preferredBatchSizes: [],
      latencyTargetMs: null,
      keyOf: batchKey,
      ...settings,
    },
  };
}

/** Requests of the same key may run together: same names, datatypes, row shapes and outputs asked for. */
export function batchKey(inputs: readonly Tensor[], outputs: readonly string[] | undefined): string {
  const rows = inputs.map(({ name, datatype, shape }) => [name, datatype, ...shape.slice(1)]);
  rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return JSON.stringify([rows, outputs ?? null]);
}
