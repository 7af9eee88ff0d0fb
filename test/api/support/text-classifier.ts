import { GraphBuilder } from '../../../src/onnx/index.js';

export const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'polar', 'oily', 'solvent', '##s', 'and'];
/** How much each token speaks for oil; a text's is the mean over its tokens. */
const WEIGHTS = [9, 0, 0, 0, -2, 2, 0, 0, 0];

/** Embeddings, their mean over what the mask lets in, and a softmax: two classes. Types add a constant that cancels. */
export function textClassifier(): Uint8Array {
  const graph = new GraphBuilder('text-classifier', { opset: 17 });
  for (const name of ['input_ids', 'attention_mask', 'token_type_ids'])
    graph.input(name, 'INT64', ['rows', 'tokens']);
  graph.constant(
    'words',
    'FP32',
    [WEIGHTS.length, 2],
    WEIGHTS.flatMap((weight) => [-weight, weight]),
  );
  graph.constant('segments', 'FP32', [2, 2], [0, 0, 5, 0]);
  graph.constant('last', 'INT64', [1], [2n]);
  graph.constant('middle', 'INT64', [1], [1n]);
  const embedded = graph.node('Add', [
    graph.node('Gather', ['words', 'input_ids']),
    graph.node('Gather', ['segments', 'token_type_ids']),
  ]);
  const mask = graph.node('Cast', ['attention_mask'], { to: 1n });
  const kept = graph.node('Mul', [embedded, graph.node('Unsqueeze', [mask, 'last'])]);
  const mean = graph.node('Div', [
    graph.node('ReduceSum', [kept, 'middle'], { keepdims: 0n }),
    graph.node('ReduceSum', [mask, 'middle'], { keepdims: 1n }),
  ]);
  graph.node('Softmax', [mean], { axis: 1n }, ['probabilities']);
  graph.node('ArgMax', [mean], { axis: 1n, keepdims: 0n }, ['label']);
  graph.output('probabilities', 'FP32', ['rows', 2]);
  graph.output('label', 'INT64', ['rows']);
  return graph.build();
}

/** What it answers: the probability of oil. */
export function oiliness(tokens: readonly string[]): number {
  const mean =
    tokens.reduce((sum, token) => sum + (WEIGHTS[VOCABULARY.indexOf(token)] ?? 0), 0) / tokens.length;
  return 1 / (1 + Math.exp(-2 * mean));
}

/** Its pipeline, with what is said of its tokenizer. */
export function textPipeline(more: object = {}): object {
  const tokens = (part: string) => ({ step: 'tokenize', of: 'text', part, length: 8, ...more });
  return {
    format: 2,
    instance: { text: { kind: 'text' } },
    steps: { ids: tokens('ids'), mask: tokens('mask'), types: tokens('types') },
    inputs: {
      input_ids: { of: 'ids' },
      attention_mask: { of: 'mask' },
      token_type_ids: { of: 'types' },
    },
    outputs: {
      probabilities: { unit: '1', columns: ['water', 'oil'] },
      label: { classes: { 0: 'water', 1: 'oil' } },
    },
    result: { phase: { output: 'label' }, probability: { output: 'probabilities' } },
  };
}
