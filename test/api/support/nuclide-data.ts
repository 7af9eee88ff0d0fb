import { GraphBuilder } from '../../../src/onnx/index.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';

/** Energy = 8 · (z + n): what a row is off by is then known. */
export function linearNuclides(): Uint8Array {
  const graph = new GraphBuilder('linear-nuclides', { opset: 17 });
  graph.input('z', 'FP32', ['rows']);
  graph.input('n', 'FP32', ['rows']);
  graph.constant('eight', 'FP32', [], [8]);
  graph.node('Mul', [graph.node('Add', ['z', 'n']), 'eight'], {}, ['energy']);
  graph.output('energy', 'FP32', ['rows']);
  return graph.build();
}

const fields = (field: string) => ({ unit: '1', steps: [{ step: 'field', field }] });

/** Two results of one output: in MeV, and its logarithm. */
export const linearPipeline = {
  format: 1,
  instance: { kind: 'nuclide' },
  inputs: { z: fields('z'), n: fields('n') },
  outputs: { energy: { unit: 'MeV', description: 'Energy of a nucleus.' } },
  result: {
    energy: { output: 'energy' },
    log: { output: 'energy', unit: 'log10(MeV)', steps: [{ step: 'log', base: 10 }] },
  },
};

/** Nuclides with z from 20 to 39 and n from z to z + 9, measured with an error of `spread` in MeV, uniform. */
export function nuclideRows(
  count: number,
  seed: number,
  spread = 10,
): { readonly z: number; readonly n: number; readonly energy: number }[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const z = 20 + Math.floor(random() * 20);
    const n = z + Math.floor(random() * 10);
    return { z, n, energy: 8 * (z + n) + spread * (2 * random() - 1) };
  });
}

export function csvOf(rows: readonly Readonly<Record<string, unknown>>[]): Buffer {
  const [first = {}] = rows;
  const lines = [Object.keys(first).join(','), ...rows.map((row) => Object.values(row).join(','))];
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** The probability of being heavy rises with z − 30: two classes, their probabilities and the likelier one's name. */
export function classifiedNuclides(): Uint8Array {
  const graph = new GraphBuilder('classified-nuclides', { opset: 17 });
  graph.input('z', 'FP32', ['rows', 1]);
  graph.constant('middle', 'FP32', [], [30]);
  graph.constant('slopes', 'FP32', [1, 2], [-0.2, 0.2]);
  const logits = graph.node('MatMul', [graph.node('Sub', ['z', 'middle']), 'slopes']);
  graph.node('Softmax', [logits], { axis: 1n }, ['probabilities']);
  graph.node('ArgMax', [logits], { axis: 1n, keepdims: 0n }, ['label']);
  graph.output('probabilities', 'FP32', ['rows', 2]);
  graph.output('label', 'INT64', ['rows']);
  return graph.build();
}

export const classifiedPipeline = {
  format: 1,
  instance: { kind: 'nuclide' },
  inputs: { z: fields('z') },
  outputs: {
    probabilities: { unit: '1', columns: ['light', 'heavy'] },
    label: { classes: ['light', 'heavy'] },
  },
};

/** Three members of an ensemble that differ by a tenth of x: 9x, 10x and 11x. */
export function ensembleModel(): Uint8Array {
  const graph = new GraphBuilder('ensemble', { opset: 17 });
  graph.input('x', 'FP32', ['rows', 1]);
  graph.constant('slopes', 'FP32', [1, 3], [9, 10, 11]);
  graph.node('MatMul', ['x', 'slopes'], {}, ['members']);
  graph.output('members', 'FP32', ['rows', 3]);
  return graph.build();
}

export const ensemblePipeline = {
  format: 2,
  instance: { x: { kind: 'number', unit: '1' } },
  inputs: { x: { of: 'x', unit: '1' } },
  outputs: { members: { unit: 'K' } },
  result: { temperature: { output: 'members', unit: 'K', steps: [{ step: 'ensemble' }] } },
};
