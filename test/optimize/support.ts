import { GraphBuilder } from '../../src/onnx/index.js';
import { succeed } from '../api/support/ask.js';
import { overJob } from '../api/support/file-steps.js';
import { JOB, type Job } from '../api/support/job-steps.js';
import type { TestApp } from '../support/test-app.js';

export const OPTIMIZE = `mutation ($input: OptimizeVersionInput!) {
  optimizeVersion(input: $input) { job { ${JOB} } userErrors { field code message } } }`;

export const OPTIMIZATION = /* GraphQL */ `
  method originVersion plot
  sample { source calibrationRows measuredRows labelled }
  original { bytes rowsIndependent latencies { rows executions medianMs } metrics { name value low high } }
  chosen { name digest }
  candidates {
    name error onFront misses notes
    steps { method settings }
    figures { bytes parameters memoryBytes rowsIndependent rowsIndependentReason latencies { rows executions medianMs times } }
    speedups { rows factor }
    differences { output elements largest mean relative differing }
    loss { metric value low high }
    advice { verdict reasons }
  }
`;

const UNITS = 4;

/**
 * A network of four inputs whose eight hidden units are four, each twice: half of them can go and nothing changes.
 *
 * @returns the graph, and what it answers to a row
 */
export function redundantNetwork(): {
  readonly bytes: Uint8Array;
  readonly answer: (row: readonly number[]) => number;
} {
  const weight = (row: number, unit: number) => Math.sin(1 + 3 * row + 7 * (unit % UNITS));
  const bias = (unit: number) => 0.3 * Math.cos(unit % UNITS);
  const out = (unit: number) => 0.5 + 0.25 * (unit % UNITS) * (unit < UNITS ? 1 : -0.4);
  const units = Array.from({ length: 2 * UNITS }, (_, unit) => unit);
  const graph = new GraphBuilder('redundant', { opset: 17 });
  const x = graph.input('x', 'FP32', ['batch', UNITS]);
  graph.constant(
    'w',
    'FP32',
    [UNITS, 2 * UNITS],
    [0, 1, 2, 3].flatMap((row) => units.map((unit) => weight(row, unit))),
  );
  graph.constant('b', 'FP32', [2 * UNITS], units.map(bias));
  graph.constant('v', 'FP32', [2 * UNITS, 1], units.map(out));
  graph.constant('c', 'FP32', [1], [0.125]);
  const hidden = graph.node('Relu', [graph.node('Add', [graph.node('MatMul', [x, 'w']), 'b'])]);
  graph.node('Add', [graph.node('MatMul', [hidden, 'v']), 'c'], {}, ['y']);
  graph.output('y', 'FP32', ['batch', 1]);
  const answer = (row: readonly number[]) =>
    units.reduce((sum, unit) => {
      const value = row.reduce((total, one, place) => total + one * weight(place, unit), bias(unit));
      return sum + Math.max(0, value) * out(unit);
    }, 0.125);
  return { bytes: graph.build(), answer };
}

/** `x`, what was measured of it, and what a fit that had not seen it predicted: a line each. */
export function rowsFile(answer: (row: readonly number[]) => number, count = 240): string {
  const lines = Array.from({ length: count }, (_, line) => {
    const x = Array.from({ length: UNITS }, (__, place) => 2 * Math.sin(line * 12.9898 + place * 78.233));
    const noise = 0.01 * Math.cos(line);
    return JSON.stringify({ x, measured: answer(x) + noise, fitted: answer(x) - noise });
  });
  return lines.join('\n');
}

export async function begin(app: TestApp, input: object): Promise<Job> {
  return (await succeed<{ job: Job }>(app, OPTIMIZE, { input })).job;
}

export async function optimize(app: TestApp, input: object): Promise<Job> {
  return overJob(app, (await begin(app, input)).id);
}
