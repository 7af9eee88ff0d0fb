import { GraphBuilder } from '../../../src/onnx/index.js';
import type { TestApp } from '../../support/test-app.js';
import { ask } from '../../api/support/ask.js';

export const EXPLAIN = /* GraphQL */ `
  mutation ($input: ExplainPredictionInput!) {
    explainPrediction(input: $input) {
      explanations {
        instance
        prediction {
          value
          unit
          error {
            code
            message
          }
        }
        method
        methodReason
        features
        game
        target
        unit
        background
        baseValue
        value
        attributions {
          name
          index
          value
          unit
          attribution
          error
          atoms
        }
        completenessGap
        rows
        converged
        notes
        warnings {
          code
          message
        }
      }
      job {
        id
        kind
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;

export interface ExplainedAttribution {
  readonly name: string;
  readonly index: readonly number[] | null;
  readonly value: unknown;
  readonly unit: string | null;
  readonly attribution: number;
  readonly error: number;
  readonly atoms: readonly number[] | null;
}

export interface Explained {
  readonly instance: unknown;
  readonly prediction: {
    value: unknown;
    unit: string | null;
    error: { code: string; message: string } | null;
  };
  readonly method: string;
  readonly methodReason: string | null;
  readonly features: string;
  readonly game: string | null;
  readonly target: string;
  readonly unit: string | null;
  readonly background: string | null;
  readonly baseValue: number | null;
  readonly value: number | null;
  readonly attributions: readonly ExplainedAttribution[];
  readonly completenessGap: number | null;
  readonly rows: number;
  readonly converged: boolean;
  readonly notes: readonly string[];
  readonly warnings: readonly { code: string; message: string }[];
}

export interface ExplainAnswer {
  readonly explanations: readonly Explained[] | null;
  readonly job: { id: string; kind: string } | null;
  readonly userErrors: readonly { code: string; field: string[] | null; message: string }[];
}

export async function explainAnswer(app: TestApp, input: Record<string, unknown>): Promise<ExplainAnswer> {
  const { explainPrediction } = await ask<{ explainPrediction: ExplainAnswer }>(app, EXPLAIN, { input });
  return explainPrediction;
}

/** The explanations of a request that must be accepted. */
export async function explained(app: TestApp, input: Record<string, unknown>): Promise<readonly Explained[]> {
  const { explanations, userErrors } = await explainAnswer(app, input);
  if (explanations === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return explanations;
}

/** The only error of a request that must be refused. */
export async function explainRefusal(app: TestApp, input: Record<string, unknown>) {
  const { explanations, job, userErrors } = await explainAnswer(app, input);
  if (explanations !== null || job !== null || userErrors.length !== 1)
    throw new Error(`Expected one error, got ${JSON.stringify({ explanations, job, userErrors })}`);
  const [{ code, field, message } = { code: '', field: null, message: '' }] = userErrors;
  return { code, field: field?.join('.') ?? null, message };
}

/** f = relu(s − 10) + 3 relu(s + 1) − 1 with s = Σx, and a second output that is always 7 (Captum's test model). */
export function captumModel(): Uint8Array {
  const graph = new GraphBuilder('captum', { opset: 17 });
  graph.input('x', 'FP64', ['batch', 3]);
  graph.constant('axis', 'INT64', [1], [1n]);
  graph.constant('ten', 'FP64', [1], [10]);
  graph.constant('one', 'FP64', [1], [1]);
  graph.constant('three', 'FP64', [1], [3]);
  graph.constant('zero', 'FP64', [1], [0]);
  graph.constant('seven', 'FP64', [1], [7]);
  const sum = graph.node('ReduceSum', ['x', 'axis'], { keepdims: 1n });
  const first = graph.node('Relu', [graph.node('Sub', [sum, 'ten'])]);
  const second = graph.node('Mul', ['three', graph.node('Relu', [graph.node('Add', [sum, 'one'])])]);
  graph.node('Sub', [graph.node('Add', [first, second]), 'one'], {}, ['y']);
  graph.node('Add', [graph.node('Mul', [sum, 'zero']), 'seven'], {}, ['constant']);
  graph.output('y', 'FP64', ['batch', 1]);
  graph.output('constant', 'FP64', ['batch', 1]);
  return graph.build();
}

/** relu(relu(x₁) − 1 − relu(x₂)), or relu(relu(x₁ − 1) − relu(x₂)): the same function. */
export function invariantModel(form: 'one' | 'other'): Uint8Array {
  const graph = new GraphBuilder(`invariant-${form}`, { opset: 17 });
  graph.input('x', 'FP64', ['batch', 2]);
  graph.constant('axis', 'INT64', [1], [1n]);
  graph.constant('zero', 'INT64', [1], [0n]);
  graph.constant('one', 'INT64', [1], [1n]);
  graph.constant('two', 'INT64', [1], [2n]);
  graph.constant('unit', 'FP64', [1], [1]);
  const a = graph.node('Slice', ['x', 'zero', 'one', 'axis']);
  const b = graph.node('Relu', [graph.node('Slice', ['x', 'one', 'two', 'axis'])]);
  const left =
    form === 'one'
      ? graph.node('Sub', [graph.node('Relu', [a]), 'unit'])
      : graph.node('Relu', [graph.node('Sub', [a, 'unit'])]);
  graph.node('Relu', [graph.node('Sub', [left, b])], {}, ['y']);
  graph.output('y', 'FP64', ['batch', 1]);
  return graph.build();
}
