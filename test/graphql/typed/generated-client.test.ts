import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildClientSchema,
  getIntrospectionQuery,
  parse,
  printSchema,
  validateSchema,
  type IntrospectionQuery,
} from 'graphql';
import ts from 'typescript';
import { ask } from '../../api/support/ask.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const DOCUMENT = /* GraphQL */ `
  mutation Predict($smiles: [String!]!, $nuclides: [BindingEnergyInstance!]!) {
    models {
      esol(smiles: $smiles, deadlineMs: 1000) {
        log_s {
          value
          unit
        }
        warnings {
          kind
          message
        }
        error {
          kind
          message
        }
      }
      binding_energy(instances: $nuclides) {
        binding_energy {
          value
        }
      }
    }
  }
`;

/** What a front end would write. */
const CLIENT = `
import type { PredictMutation, PredictMutationVariables } from './types.js';

export const variables: PredictMutationVariables = { smiles: ['CCO'], nuclides: [{ z: 26, n: 30 }] };

export function solubilities(answer: PredictMutation): (number | null)[] {
  return answer.models.esol.map(({ log_s, error }) => {
    const kind: string | undefined = error?.kind;
    if (kind === 'INVALID_SMILES') return null;
    const value: number | null | undefined = log_s?.value;
    return value ?? null;
  });
}
`;
const WRONG = `
import type { PredictMutation, PredictMutationVariables } from './types.js';
export const nuclide: PredictMutationVariables = { smiles: ['CCO'], nuclides: [{ z: 26 }] };
export const text = (answer: PredictMutation): string | undefined => answer.models.esol[0]!.log_s!.value;
export const none = (answer: PredictMutation) => answer.models.lennard_jones;
`;

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', examples: true });
  folder = await mkdtemp(join(tmpdir(), 'retort-client-'));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the compiler says about files of the folder. */
async function compiled(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(folder, name)),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ code, messageText }) => `TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

describe('a front end generated from the schema', () => {
  it('compiles against the fields of the deployments, and not when it misuses them', async () => {
    const introspection = await ask<IntrospectionQuery>(app, getIntrospectionQuery());
    const schema = buildClientSchema(introspection);
    expect(validateSchema(schema)).toEqual([]);
    const config = {
      useTypeImports: true,
      enumType: 'string-literal',
      skipTypename: true,
      scalars: {
        DateTime: 'string',
        JSON: 'unknown',
        BigInt: { input: 'number', output: 'number | string' },
      },
    };
    const types = await codegen({
      filename: 'types.ts',
      schema: parse(printSchema(schema)),
      schemaAst: schema,
      documents: [{ document: parse(DOCUMENT) }],
      config,
      plugins: [{ operations: {} }],
      pluginMap: { operations },
    });
    expect(await compiled({ 'types.ts': types, 'client.ts': CLIENT })).toEqual([]);
    expect(await compiled({ 'types.ts': types, 'wrong.ts': WRONG })).toEqual([
      expect.stringMatching(/^TS2741 Property 'n' is missing/),
      expect.stringMatching(
        /^TS2322 Type 'number \| null( \| undefined)?' is not assignable to type 'string/,
      ),
      expect.stringMatching(/^TS2339 Property 'lennard_jones' does not exist/),
    ]);
  });
});
