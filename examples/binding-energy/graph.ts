import { GraphBuilder } from '../../src/onnx/index.js';
import { GRAPH_OPTIONS } from '../example.js';

/** Terms of the semi-empirical mass formula in MeV. */
export interface MassFormula {
  readonly volume: number;
  readonly surface: number;
  readonly coulomb: number;
  /** Which protons repel which: every one all others (Z²), or not itself (Z(Z − 1)). Both forms are in print. */
  readonly coulombForm: 'Z^2' | 'Z(Z-1)';
  readonly asymmetry: number;
  /** ± pairing / √A for even-even and odd-odd nuclei. */
  readonly pairing: number;
}

/**
 * B = a_v A − a_s A^⅔ − a_c (Z² or Z(Z − 1)) A^−⅓ − a_a (A − 2Z)² / A + δ A^−½, from z and n, INT64 [batch], to
 * binding_energy, FP64 [batch], in MeV. Everything is computed in double precision.
 */
export function massFormulaGraph(formula: MassFormula, source: string): Uint8Array {
  const graph = new GraphBuilder('binding_energy', {
    ...GRAPH_OPTIONS,
    doc: 'Total nuclear binding energy by the semi-empirical mass formula.',
    metadata: { source, coulomb: formula.coulombForm },
  });
  const scalar = (name: string, value: number) => graph.constant(name, 'FP64', [], [value]);
  const double = (name: string) => graph.node('Cast', [name], { to: 11n });

  graph.input('z', 'INT64', ['batch']);
  graph.input('n', 'INT64', ['batch']);
  const z = double('z');
  const a = double(graph.node('Add', ['z', 'n']));
  const cubeRoot = graph.node('Pow', [a, scalar('one_third', 1 / 3)]);

  const volume = graph.node('Mul', [scalar('volume', formula.volume), a]);
  const surface = graph.node('Mul', [
    scalar('surface', formula.surface),
    graph.node('Pow', [a, scalar('two_thirds', 2 / 3)]),
  ]);
  const repelling = formula.coulombForm === 'Z^2' ? z : graph.node('Sub', [z, scalar('one', 1)]);
  const coulomb = graph.node('Div', [
    graph.node('Mul', [scalar('coulomb', formula.coulomb), graph.node('Mul', [z, repelling])]),
    cubeRoot,
  ]);
  const excess = graph.node('Sub', [a, graph.node('Mul', [scalar('two', 2), z])]);
  const asymmetry = graph.node('Div', [
    graph.node('Mul', [scalar('asymmetry', formula.asymmetry), graph.node('Mul', [excess, excess])]),
    a,
  ]);
  const pairing = graph.node('Div', [
    graph.node('Mul', [scalar('pairing', formula.pairing), double(pairingSign(graph))]),
    graph.node('Sqrt', [a]),
  ]);

  const attractive = graph.node('Add', [volume, pairing]);
  const repulsive = graph.node('Add', [graph.node('Add', [surface, coulomb]), asymmetry]);
  graph.node('Sub', [attractive, repulsive], {}, ['binding_energy']);
  graph.output('binding_energy', 'FP64', ['batch']);
  return graph.build();
}

/** 1 − (Z mod 2) − (N mod 2): 1 for even-even, 0 for odd mass, −1 for odd-odd. */
function pairingSign(graph: GraphBuilder): string {
  graph.constant('even', 'INT64', [], [2n]);
  graph.constant('unit', 'INT64', [], [1n]);
  const odd = (name: string) => graph.node('Mod', [name, 'even']);
  return graph.node('Sub', [graph.node('Sub', ['unit', odd('z')]), odd('n')]);
}
