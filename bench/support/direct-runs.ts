import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { slowGraph } from './models.js';
import { ownedFork, stopped } from './owned.js';

export interface DirectRunOrder {
  readonly graph: Uint8Array;
  /** Of x, FP32. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** How long to run it over and over; it runs at least twice. */
  readonly durationMs: number;
}

export interface DirectRunReport {
  /** Of y, FP32. */
  readonly outputs: Float32Array;
  readonly secondsPerRun: number;
}

/** A process of its own that calls the runtime and nothing else: what is right, and how fast it could be. */
export class DirectRuns implements AsyncDisposable {
  readonly #child: ChildProcess = ownedFork(
    fileURLToPath(new URL('direct-run-process.js', import.meta.url)),
    {
      serialization: 'advanced',
    },
  );

  async run(order: DirectRunOrder): Promise<DirectRunReport> {
    this.#child.send(order);
    const [report] = (await once(this.#child, 'message')) as [DirectRunReport];
    return report;
  }

  /** What each row of x gives. */
  async rows(graph: Uint8Array, rows: readonly Float32Array[]): Promise<Float32Array[]> {
    const values = Float32Array.from(rows.flatMap((row) => [...row]));
    const shape = [rows.length, values.length / rows.length];
    const { outputs } = await this.run({ graph, shape, values, durationMs: 0 });
    const width = outputs.length / rows.length;
    return rows.map((_, index) => outputs.slice(index * width, (index + 1) * width));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopped(this.#child);
  }
}

/** A graph of which one run takes about as long as asked, on this machine, on one thread that has a core to itself. */
export async function graphOfDuration(
  direct: DirectRuns,
  wantedMs: number,
): Promise<{ graph: Uint8Array; ms: number }> {
  const shape = [1];
  const values = Float32Array.of(0.5);
  const trial = 8;
  const { secondsPerRun } = await direct.run({ graph: slowGraph(trial), shape, values, durationMs: 1_000 });
  const graph = slowGraph(Math.max(1, Math.round((wantedMs / 1000 / secondsPerRun) * trial)));
  const measured = await direct.run({ graph, shape, values, durationMs: 500 });
  return { graph, ms: measured.secondsPerRun * 1000 };
}
