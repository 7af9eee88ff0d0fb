import { GraphBuilder } from '../../src/onnx/index.js';
import { GRAPH_OPTIONS } from '../example.js';

export interface EsolCoefficients {
  readonly intercept: number;
  readonly clogP: number;
  readonly molecularWeight: number;
  readonly rotatableBonds: number;
  readonly aromaticProportion: number;
}

/**
 * A linear model: features [batch, 4] (clogP, molecular weight in g/mol, rotatable bonds, aromatic proportion) to
 * log_s [batch, 1] in log10(mol/L). Double precision: four products cost nothing, and the answer is the formula's.
 */
export function esolGraph(coefficients: EsolCoefficients, source: string): Uint8Array {
  const graph = new GraphBuilder('esol', {
    ...GRAPH_OPTIONS,
    doc: 'Aqueous solubility from four descriptors, a linear model.',
    metadata: { source },
  });
  graph.input('features', 'FP64', ['batch', 4]);
  const { clogP, molecularWeight, rotatableBonds, aromaticProportion, intercept } = coefficients;
  graph.constant(
    'coefficients',
    'FP64',
    [4, 1],
    [clogP, molecularWeight, rotatableBonds, aromaticProportion],
  );
  graph.constant('intercept', 'FP64', [1], [intercept]);
  graph.node('Gemm', ['features', 'coefficients', 'intercept'], {}, ['log_s']);
  graph.output('log_s', 'FP64', ['batch', 1]);
  return graph.build();
}
