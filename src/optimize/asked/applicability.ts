import {
  OPTIMIZATION_STEPS,
  type OptimizationMethod,
  type OptimizationStepMethod,
} from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';

/** How often each operator occurs in a graph, named as in `Relu` and `ai.onnx.ml.TreeEnsembleRegressor`. */
export type OperatorCounts = Readonly<Record<string, number>>;

const PRODUCTS = ['MatMul', 'Gemm'];
const LAYERS = [...PRODUCTS, 'Conv'];
const TREES = ['ai.onnx.ml.TreeEnsembleRegressor', 'ai.onnx.ml.TreeEnsembleClassifier'];
/** What quantization writes. */
const QUANTISED = [
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  'QLinearMatMul',
  'QLinearConv',
  'com.microsoft.MatMulNBits',
];

interface Need {
  /** One of them is enough; null: any graph. */
  readonly operators: readonly string[] | null;
  /** What is done, for sentences. */
  readonly does: string;
  readonly quantises: boolean;
}

const NEEDS: Readonly<Record<OptimizationStepMethod, Need>> = {
  INT8_DYNAMIC: {
    operators: [...LAYERS, 'LSTM', 'com.microsoft.Attention'],
    does: 'quantises matrix products, convolutions and recurrent layers',
    quantises: true,
  },
  INT8_STATIC: { operators: LAYERS, does: 'quantises matrix products and convolutions', quantises: true },
  FP16: {
    operators: [...LAYERS, 'LSTM', 'GRU', 'com.microsoft.Attention'],
    does: 'halves the weights of matrix products, convolutions and recurrent layers',
    quantises: true,
  },
  WEIGHTS_INT8: {
    operators: LAYERS,
    does: 'stores the weights of matrix products and convolutions in 8 bits',
    quantises: true,
  },
  WEIGHTS_INT4: {
    operators: PRODUCTS,
    does: 'stores the weights of matrix products in 4 bits',
    quantises: true,
  },
  PRUNE_MAGNITUDE: {
    operators: LAYERS,
    does: 'sets small weights of matrix products and convolutions to 0',
    quantises: false,
  },
  PRUNE_STRUCTURED: {
    operators: [...LAYERS, ...TREES],
    does: 'removes hidden units and channels between layers, or trees',
    quantises: false,
  },
  DISTILL: { operators: null, does: 'teaches a small model what this one answers', quantises: false },
};

/** The methods that can do something with a graph of these operators, as far as those tell. */
export function applicableMethods(operators: OperatorCounts): OptimizationStepMethod[] {
  return OPTIMIZATION_STEPS.filter((method) => obstacleOf(method, operators) === null);
}

/**
 * @throws DomainError OPTIMIZATION_NOT_APPLICABLE, with what the graph consists of and which methods apply
 */
export function checkApplicable(method: OptimizationMethod, operators: OperatorCounts, ref: string): void {
  if (method === 'AUTO') return;
  const obstacle = obstacleOf(method, operators);
  if (obstacle === null) return;
  const others = applicableMethods(operators).map((other) => `${other} (${NEEDS[other].does})`);
  throw new DomainError(
    'OPTIMIZATION_NOT_APPLICABLE',
    `${method} does not apply to ${ref}: ${obstacle} What applies: ${others.join('; ')}.`,
    { field: ['method'] },
  );
}

function obstacleOf(method: OptimizationStepMethod, operators: OperatorCounts): string | null {
  const { does, operators: wanted, quantises } = NEEDS[method];
  const quantised = QUANTISED.filter((name) => (operators[name] ?? 0) > 0);
  if (quantises && quantised.length > 0)
    return `the graph is quantised already, it has ${quantised.join(', ')}.`;
  if (wanted === null || wanted.some((name) => (operators[name] ?? 0) > 0)) return null;
  return `it ${does}, and the graph consists of ${told(operators)}.`;
}

/** The most frequent operators. */
function told(operators: OperatorCounts): string {
  const names = Object.entries(operators)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name.replace('ai.onnx.ml.', ''));
  const trees = names.filter((name) => name.startsWith('TreeEnsemble'));
  const shown = [...new Set([...trees, ...names])].slice(0, 5);
  return `${shown.join(', ')}${names.length > shown.length ? ' and others' : ''}`;
}
