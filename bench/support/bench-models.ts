import type { DirectRuns } from './direct-runs.js';
import type { InferCall } from './infer-exchanges.js';
import { perceptron, randomValues } from './models.js';

/** How many different questions are asked: an answer that reaches the wrong caller is a wrong answer. */
const QUESTIONS = 64;

export interface BenchModel {
  readonly graph: Uint8Array;
  /** One row each, with the answer of the bare runtime. */
  readonly calls: (deployment: string) => InferCall[];
}

/** 16-64-1: hardly any arithmetic, so that everything around it shows. */
export function smallModel(direct: DirectRuns, seed = 1): Promise<BenchModel> {
  return benchModel(direct, [16, 64, 1], seed);
}

/** 1024-1024-1024-10: 8 MB of weights, which a run must read whether it has one row or 32. */
export function largeModel(direct: DirectRuns): Promise<BenchModel> {
  return benchModel(direct, [1024, 1024, 1024, 10], 1);
}

async function benchModel(direct: DirectRuns, widths: readonly number[], seed: number): Promise<BenchModel> {
  const graph = perceptron(widths, seed);
  const width = widths[0] ?? 0;
  const questions = Array.from({ length: QUESTIONS }, (_, index) =>
    randomValues(width, 1_000 * seed + index),
  );
  const answers = await direct.rows(graph, questions);
  return {
    graph,
    calls: (deployment) =>
      questions.map((values, index) => ({
        deployment,
        shape: [1, width],
        values,
        expected: answers[index] ?? new Float32Array(),
      })),
  };
}
