import type { WholeNode } from '../../../onnx/index.js';
import type { TreeOperator } from '../tree-operator.js';
import { arithmeticOperators } from './arithmetic.js';
import { columnOperators } from './columns.js';
import { ensembleOperators } from './ensembles.js';
import { shapeOperators } from './shapes.js';

const operators: Readonly<Record<string, TreeOperator>> = {
  ...arithmeticOperators,
  ...columnOperators,
  ...ensembleOperators,
  ...shapeOperators,
};

export function findOperator({ domain, operator }: WholeNode): TreeOperator | undefined {
  return operators[domain === '' ? operator : `${domain}.${operator}`];
}
