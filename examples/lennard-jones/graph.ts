import { GraphBuilder } from '../../src/onnx/index.js';
import { GRAPH_OPTIONS } from '../example.js';

/**
 * U = Σ_{i<j} 4 (r⁻¹² − r⁻⁶) in reduced units, from positions FP64 [particles, 3], box FP64 [] (0: open) and cutoff
 * FP64 [] (0: none) to energy FP64 []. Minimum image in a cubic box; pairs at the cutoff and beyond count nothing, no
 * long-range correction. Two particles at one place give Infinity. Memory grows with the square of the particles.
 */
export function lennardJonesGraph(): Uint8Array {
  const graph = new GraphBuilder('lennard_jones', {
    ...GRAPH_OPTIONS,
    doc: 'Lennard-Jones energy of a set of particles, open or in a cubic periodic box.',
    metadata: { source: 'J. E. Jones, Proc. R. Soc. Lond. A 106, 463 (1924)' },
  });
  graph.input('positions', 'FP64', ['particles', 3]);
  graph.input('box', 'FP64', []);
  graph.input('cutoff', 'FP64', []);
  const zero = graph.constant('zero', 'FP64', [], [0]);
  const one = graph.constant('one', 'FP64', [], [1]);

  const squared = squaredDistances(graph, zero, one);
  const limit = graph.node('Where', [
    graph.node('Greater', ['cutoff', zero]),
    graph.node('Mul', ['cutoff', 'cutoff']),
    graph.constant('unlimited', 'FP64', [], [Infinity]),
  ]);
  const counts = graph.node('And', [eachPairOnce(graph), graph.node('Less', [squared, limit])]);
  // Whatever does not count is moved to r = 1, where the energy is 0: no particle ever divides by its own distance.
  const distance = graph.node('Where', [counts, squared, one]);
  const inverse = graph.node('Div', [one, distance]);
  const sixth = graph.node('Mul', [graph.node('Mul', [inverse, inverse]), inverse]);
  // x (x − 1) rather than x² − x, which would be Infinity − Infinity for two particles at one place.
  const pairs = graph.node('Mul', [sixth, graph.node('Sub', [sixth, one])]);
  const sum = graph.node('ReduceSum', [pairs], { keepdims: 0n });
  graph.node('Mul', [graph.constant('four', 'FP64', [], [4]), sum], {}, ['energy']);
  graph.output('energy', 'FP64', []);
  return graph.build();
}

/** [particles, particles]; axis by axis, since one [particles, particles, 3] array would need three times the memory. */
function squaredDistances(graph: GraphBuilder, zero: string, one: string): string {
  const periodic = graph.node('Greater', ['box', zero]);
  const side = graph.node('Where', [periodic, 'box', one]);
  const shift = graph.node('Where', [periodic, 'box', zero]);
  graph.node('Split', ['positions'], { axis: 1n }, ['x', 'y', 'z']);
  const [x, y, z] = ['x', 'y', 'z'].map((axis) => {
    const difference = graph.node('Sub', [axis, graph.node('Transpose', [axis], { perm: [1n, 0n] })]);
    const images = graph.node('Round', [graph.node('Div', [difference, side])]);
    const nearest = graph.node('Sub', [difference, graph.node('Mul', [images, shift])]);
    return graph.node('Mul', [nearest, nearest]);
  }) as [string, string, string];
  return graph.node('Add', [graph.node('Add', [x, y]), z]);
}

/** [particles, particles], true where i < j: every pair once, and no particle with itself. */
function eachPairOnce(graph: GraphBuilder): string {
  const count = graph.node('Gather', [
    graph.node('Shape', ['positions']),
    graph.constant('first', 'INT64', [], [0n]),
  ]);
  const indices = graph.node('Range', ['first', count, graph.constant('step', 'INT64', [], [1n])]);
  const rows = graph.node('Unsqueeze', [indices, graph.constant('last_axis', 'INT64', [1], [1n])]);
  const columns = graph.node('Unsqueeze', [indices, graph.constant('first_axis', 'INT64', [1], [0n])]);
  return graph.node('Less', [rows, columns]);
}
