import { GraphBuilder } from '../../../src/onnx/index.js';
import { ask, succeed, type Api } from './ask.js';
import { squaringBody } from './own-models.js';
import { until } from './serving-steps.js';

const MIGRATION = /* GraphQL */ `
  fragment Now on Migration {
    number
    strategy
    state
    stateReason
    waitsFor
    step
    reason
    compared
    evidence
    warnings
    base {
      requests
      failures
    }
    candidate {
      requests
      failures
    }
    guards {
      guard
      verdict
      measured
      limit
      baseSamples
      candidateSamples
      confidence
      detail
    }
  }
`;

const DEPLOYMENT = /* GraphQL */ `
  fragment Served on Deployment {
    name
    state
    processIds
    followsAlias
    version {
      ref
    }
    revision {
      number
      role
    }
    traffic {
      weight
      version {
        ref
      }
    }
    revisions(first: 50) {
      edges {
        node {
          number
          role
          state
          stateReason
          warmUntil
          version {
            ref
          }
        }
      }
    }
    migration {
      ...Now
    }
  }
  ${MIGRATION}
`;

/** A mutation that answers a deployment. */
const onDeployment = (field: string, input: string): string => /* GraphQL */ `
  mutation ($input: ${input}!) {
    ${field}(input: $input) { deployment { ...Served } userErrors { field code message } }
  }
  ${DEPLOYMENT}
`;

export const MIGRATE = onDeployment('migrateDeployment', 'MigrateDeploymentInput');
export const PAUSE = onDeployment('pauseMigration', 'MigrationInput');
export const RESUME = onDeployment('resumeMigration', 'MigrationInput');
export const ABORT = onDeployment('abortMigration', 'MigrationInput');
export const ROLL_BACK = onDeployment('rollbackDeployment', 'RollbackDeploymentInput');
export const SET_TRAFFIC = onDeployment('setTraffic', 'SetTrafficInput');
export const FOLLOW = onDeployment('followAlias', 'FollowAliasInput');

export interface Migrated {
  readonly number: number;
  readonly strategy: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly waitsFor: string | null;
  readonly step: number | null;
  readonly reason: string | null;
  readonly compared: number;
  readonly evidence: string;
  readonly warnings: readonly string[];
  readonly base: { readonly requests: number; readonly failures: number } | null;
  readonly candidate: { readonly requests: number; readonly failures: number } | null;
  readonly guards: readonly {
    readonly guard: string;
    readonly verdict: string;
    readonly detail: string;
    readonly baseSamples: number;
    readonly candidateSamples: number;
  }[];
}

export interface Served {
  readonly state: string;
  readonly processIds: readonly number[];
  readonly followsAlias: string | null;
  readonly version: { readonly ref: string };
  readonly revision: { readonly number: number; readonly role: string };
  readonly traffic: readonly { readonly weight: number; readonly version: { readonly ref: string } }[];
  readonly revisions: {
    readonly edges: readonly {
      readonly node: {
        readonly number: number;
        readonly role: string;
        readonly state: string;
        readonly stateReason: string | null;
        readonly warmUntil: string | null;
        readonly version: { readonly ref: string };
      };
    }[];
  };
  readonly migration: Migrated | null;
}

/** The mutation must go well. */
export async function change(api: Api, mutation: string, input: object): Promise<Served> {
  const { deployment } = await succeed<{ deployment: Served }>(api, mutation, { input });
  return deployment;
}

export async function served(api: Api, name: string): Promise<Served> {
  const document = `query ($name: String!) { deployment(name: $name) { ...Served } } ${DEPLOYMENT}`;
  const { deployment } = await ask<{ deployment: Served | null }>(api, document, { name });
  if (!deployment) throw new Error(`There is no deployment ${name}`);
  return deployment;
}

/**
 * The deployment once its latest migration is in one of the states. Read again then: one answer reads the deployment
 * before its migration, and the end may have come in between.
 */
export async function migratedTo(api: Api, name: string, ...states: readonly string[]): Promise<Served> {
  await until(
    () => served(api, name),
    ({ migration }) => migration !== null && states.includes(migration.state),
  );
  return served(api, name);
}

/** y = 2 x, but an error for every row that begins with more than `limit`: a table lookup out of its range. */
export function failingModel(limit: number): Uint8Array {
  const graph = new GraphBuilder('failing', { opset: 17 });
  graph.input('x', 'FP32', ['rows', 4]);
  graph.constant('table', 'FP32', [limit + 1], Array<number>(limit + 1).fill(2));
  graph.constant('start', 'INT64', [1], [0n]);
  graph.constant('end', 'INT64', [1], [1n]);
  graph.constant('axis', 'INT64', [1], [1n]);
  const first = graph.node('Slice', ['x', 'start', 'end', 'axis']);
  const index = graph.node('Cast', [first], { to: 7n });
  const factor = graph.node('Gather', ['table', index], { axis: 0n });
  graph.node('Mul', ['x', factor], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 4]);
  return graph.build();
}

/** y = 2 x after so many products of 512 × 512 matrices, some 10 ms each. */
export function sluggishModel(rounds: number): Uint8Array {
  const graph = new GraphBuilder('sluggish', { opset: 17 });
  graph.input('x', 'FP32', ['rows', 4]);
  graph.constant('rounds', 'INT64', [], [BigInt(rounds)]);
  graph.constant('share', 'FP32', [], [1 / 512]);
  graph.constant('size', 'INT64', [2], [512n, 512n]);
  graph.constant('always', 'BOOL', [], [true]);
  graph.constant('half', 'FP32', [], [256]);
  const start = graph.node('Expand', ['share', 'size']);
  const end = graph.node('Loop', ['rounds', 'always', start], { body: squaringBody() });
  // The matrix stays what it was, so its sum is 512, however often it is multiplied by itself.
  const factor = graph.node('Div', [graph.node('ReduceSum', [end], { keepdims: 0n }), 'half']);
  graph.node('Mul', ['x', factor], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 4]);
  return graph.build();
}

/** y = 2 x, FP64: nobody who sends FP32 can call it. */
export function widerModel(): Uint8Array {
  const graph = new GraphBuilder('wider', { opset: 17 });
  graph.input('x', 'FP64', ['rows', 4]);
  graph.constant('factor', 'FP64', [], [2]);
  graph.node('Mul', ['x', 'factor'], {}, ['y']);
  graph.output('y', 'FP64', ['rows', 4]);
  return graph.build();
}
