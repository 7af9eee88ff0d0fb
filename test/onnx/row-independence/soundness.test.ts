import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RunnerPool, type LoadedModel } from '../../../src/runtime/index.js';
import { proveRows } from '../../../src/onnx/row-independence/prove-rows.js';
import { DomainError } from '../../../src/platform/errors.js';
import { randomGraphs, type RandomGraph } from './random-graphs.js';

/** RETORT_TEST_DEPTH multiplies the graphs that are tried: `test:long` sets it. */
const DEPTH = Number(process.env.RETORT_TEST_DEPTH ?? 1);
const GRAPHS = 250 * DEPTH;

type Rows = readonly (readonly number[])[];

describe('the proof that rows are independent', () => {
  let folder: string;
  const pool = new RunnerPool({ workers: 1 });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-rows-'));
  });
  afterAll(async () => {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'holds of no graph whose answers to a row change with the others',
    async () => {
      const tally = { proven: 0, unproven: 0, refused: 0 };
      let file = 0;
      await fc.assert(
      fc.asyncProperty(randomGraphs, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), async (graph, numbers) => {
        const path = join(folder, `${(file += 1)}.onnx`);
        await writeFile(path, graph.bytes);
        if (!proveRows(path).proven) {
          tally.unproven += 1;
          return;
        }
        const model = await pool.load(path).catch((error: unknown) => {
          // Not every graph that was put together is one.
          if (error instanceof DomainError) return null;
          throw error;
        });
        if (model === null) {
          tally.refused += 1;
          return;
        }
        try {
          const next = () => Number(numbers.next().value);
          if (await holdsAlone(model, graph, next)) tally.proven += 1;
          else tally.refused += 1;
          await holdsBesideHostileRows(model, graph, next);
        } finally {
          await model.release();
          await rm(path);
        }
      }),
      { numRuns: GRAPHS, seed: 20_261_129, endOnFailure: false },
    ); // prettier-ignore
      // Else nothing was tried.
      expect(tally.proven).toBeGreaterThan(GRAPHS / 10);
      expect(tally.unproven).toBeGreaterThan(GRAPHS / 10);
      expect(tally.refused).toBeLessThan(tally.proven);
    },
    120_000 * DEPTH,
  );
});

/** Ordinary rows are answered together as alone; three of them, as many as some constants have places. */
async function holdsAlone(model: LoadedModel, graph: RandomGraph, next: () => number): Promise<boolean> {
  let compared = false;
  for (const count of [3, 4]) {
    const rows = Array.from({ length: count }, () => rowOf(graph, () => next()));
    const alone: (readonly number[] | null)[] = [];
    for (const row of rows) alone.push((await answers(model, graph, [row]))?.[0] ?? null);
    const together = await answers(model, graph, rows);
    // What nothing is answered to, nobody can be told wrong; together it is then run again alone.
    if (together === null || alone.includes(null)) continue;
    compared = true;
    for (const [index, answer] of alone.entries()) expectAlike(answer ?? [], together[index] ?? [], graph);
  }
  return compared;
}

/** A row beside hostile ones is answered as beside copies of itself: rounding is the same for runs of one size. */
async function holdsBesideHostileRows(
  model: LoadedModel,
  graph: RandomGraph,
  next: () => number,
): Promise<void> {
  const own = rowOf(graph, next);
  const hostile = [
    rowOf(graph, () => 1e4 * Math.sign(next())),
    rowOf(graph, () => 0),
    own.map((value) => 1_000 * value),
    rowOf(graph, () => NaN),
  ];
  const copies = await answers(model, graph, [own, own, own, own, own]);
  const beside = await answers(model, graph, [own, ...hostile]);
  if (copies === null || beside === null) return;
  expectAlike(copies[0] ?? [], beside[0] ?? [], graph);
}

function rowOf({ row }: RandomGraph, next: () => number): number[] {
  return Array.from({ length: row.reduce((product, size) => product * size, 1) }, next);
}

/** One list of numbers for each row; null where the graph refuses. */
async function answers(
  model: LoadedModel,
  { row, steps }: RandomGraph,
  rows: Rows,
): Promise<readonly number[][] | null> {
  const data = Float64Array.from(rows.flat());
  try {
    const { outputs } = await model.run([
      { name: 'x', datatype: 'FP64', shape: [rows.length, ...row], data },
    ]);
    const [output] = outputs;
    const values = Array.from(output?.data as Float64Array);
    expect({ steps, rows: output?.shape[0] }).toEqual({ steps, rows: rows.length });
    const size = values.length / rows.length;
    return rows.map((_, index) => values.slice(index * size, (index + 1) * size));
  } catch (error) {
    if (error instanceof DomainError && error.code === 'RUN_FAILED') return null;
    throw error;
  }
}

function expectAlike(one: readonly number[], other: readonly number[], { steps }: RandomGraph): void {
  const far = one.flatMap((value, index) => {
    const second = other[index] ?? NaN;
    const same = Object.is(value, second) || value === second || Math.abs(value - second) <= 1e-9 * Math.max(1, Math.abs(value)); // prettier-ignore
    return same ? [] : [[value, second]];
  });
  expect({ steps, far, sizes: [one.length, other.length] }).toEqual({ steps, far: [], sizes: [one.length, one.length] }); // prettier-ignore
}
