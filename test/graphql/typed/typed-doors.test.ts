import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examples } from '../../../examples/index.js';
import { ask, onlyError } from '../../api/support/ask.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', examples: true });
});
afterAll(() => app.close());

interface Answered {
  readonly models: Record<string, Record<string, unknown>[]>;
}
const models = async (selection: string, variables?: Record<string, unknown>, head = '') =>
  (await ask<Answered>(app, `mutation ${head} { models { ${selection} } }`, variables)).models;

describe('the field of an example', () => {
  it('takes molecules by the name of their one field, and answers as predict does', async () => {
    const smiles = ['CCO', 'c1ccccc1', 'not a molecule'];
    const { esol } = await models(
      `esol(smiles: $smiles, deadlineMs: 60000, priority: HIGH) {
         id log_s { value unit } warnings { code message } error { code message kind } timing { batchSize } version { ref } depiction }`,
      { smiles },
      '($smiles: [String!]!)',
    );
    const { predict } = await ask<{ predict: { predictions: Record<string, unknown>[]; version: object } }>(
      app,
      'mutation ($instances: [JSON]!) { predict(input: {deployment: "esol", instances: $instances}) { predictions { value unit error { code message } } version { ref } } }',
      { instances: smiles },
    );
    expect(esol).toHaveLength(3);
    for (const [index, { value, unit, error }] of predict.predictions.entries()) {
      const typed = esol?.[index];
      expect(typed?.version).toEqual(predict.version);
      if (error) expect(typed).toMatchObject({ log_s: null, error, depiction: null });
      else
        expect(typed).toMatchObject({
          log_s: { value, unit },
          error: null,
          id: expect.stringMatching(/\.\d$/),
          depiction: expect.stringContaining('<svg'),
        });
    }
    expect(esol?.[2]?.error).toMatchObject({ code: 'INVALID_SMILES', kind: 'INVALID_SMILES' });
  });

  it('takes rows of a table and spectra, and answers with sets and intervals', async () => {
    const instanceOf = (model: string) =>
      examples.find(({ name }) => name === model)?.versions[0]?.examples[0]?.instance;
    const answered = await models(
      `wine_cultivar(instances: $wines) {
         cultivar { value set } probabilities { value { Barolo } unit } domain { inside } error { code message } }
       meat_fat(spectrum: $spectra) { fat { value unit interval { low high level } } domain { inside } }`,
      {
        wines: [instanceOf('wine-cultivar'), { ...(instanceOf('wine-cultivar') as object), alcohol: 101 }],
        spectra: [(instanceOf('meat-fat') as { spectrum: unknown }).spectrum],
      },
      '($wines: [WineCultivarInstance!]!, $spectra: [JSON!]!)',
    );
    expect(answered).toMatchObject({
      wine_cultivar: [
        { cultivar: { value: 'Barolo', set: ['Barolo'] }, domain: { inside: true }, error: null },
        { cultivar: null, error: { code: 'OUT_OF_RANGE' } },
      ],
      meat_fat: [
        {
          fat: { value: expect.closeTo(1.71, 2), unit: '%', interval: { level: 0.9 } },
          domain: { inside: true },
        },
      ],
    });
  });

  it('takes nuclides and particles as objects of a type of their own', async () => {
    const answered = await models(
      `binding_energy(instances: [{z: 26, n: 30}, {z: 1, n: 1000}]) { binding_energy { value unit } error { code } }
       lennard_jones(instances: [{positions: [[0, 0, 0], [1.2, 0, 0]]}, {positions: [[0, 0, 0], [1.2, 0, 0]], box: 9, cutoff: null}]) {
         energy { value unit } warnings { code } error { message } }`,
    ).catch((error: unknown) => String(error));
    expect(answered).toMatchObject({
      binding_energy: [
        { binding_energy: { value: expect.closeTo(492, -1), unit: 'MeV' }, error: null },
        { binding_energy: null, error: { code: 'INVALID_NUCLIDE' } },
      ],
      lennard_jones: [
        { energy: { value: expect.any(Number) }, error: null },
        { energy: { value: expect.any(Number) }, warnings: [{ code: 'NO_CUTOFF' }] },
      ],
    });
  });

  it('says in its description what it is, in which unit and from where to where', async () => {
    const { __schema } = await ask<{
      __schema: { types: { name: string; fields?: unknown[]; inputFields?: unknown[] }[] };
    }>(
      app,
      `{ __schema { types { name description fields { name description args { name description } type { name kind ofType { name } } }
         inputFields { name description type { name kind ofType { name } } } } } }`,
    );
    const type = (name: string) => __schema.types.find((one) => one.name === name);
    expect(type('EsolPrediction')?.fields).toContainEqual(
      expect.objectContaining({
        name: 'log_s',
        description: expect.stringMatching(/log10\(mol\/L\)|mol/),
        type: expect.objectContaining({ name: 'PredictedNumber' }),
      }),
    );
    expect(type('BindingEnergyInstance')?.inputFields).toContainEqual({
      name: 'z',
      description: 'The number of protons. Without dimension. From 1 to 120.',
      type: { name: null, kind: 'NON_NULL', ofType: { name: 'Int' } },
    });
    for (const { name, description, fields } of __schema.types as {
      name: string;
      description: string | null;
      fields: { name: string; description: string | null; args: { description: string | null }[] }[] | null;
    }[])
      if (/^(?:Esol|BindingEnergy|LennardJones|Predicted|TypedModels)/.test(name)) {
        expect({ name, description }).toEqual({ name, description: expect.any(String) });
        for (const field of fields ?? []) {
          expect({ name, field: field.name, text: field.description }).toMatchObject({
            text: expect.stringMatching(/\w/),
          });
          for (const argument of field.args) expect(argument.description).toMatch(/\w/);
        }
      }
  });

  it('refuses a request as a whole by an error with its code', async () => {
    const wrong = (selection: string) => app.graphql(`mutation { models { ${selection} } }`);
    expect(onlyError(await wrong('esol(smiles: ["CCO"], deadlineMs: -1) { id }'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('deadlineMs'),
    });
    expect(onlyError(await wrong('esol(smiles: ["CCO"], pin: "esol@999") { id }'))).toMatchObject({
      code: 'VERSION_NOT_FOUND',
    });
    expect(onlyError(await wrong('esol(smiles: [7]) { id }'))).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    expect(onlyError(await wrong('nothing(smiles: ["CCO"]) { id }'))).toMatchObject({
      message: expect.stringContaining('Cannot query field "nothing" on type "TypedModels"'),
    });
    const many = Array.from({ length: 10_001 }, () => 'C');
    expect(
      onlyError(
        await app.graphql('mutation ($s: [String!]!) { models { esol(smiles: $s) { id } } }', { s: many }),
      ),
    ).toMatchObject({ code: 'INVALID_INSTANCE' });
    // Fifty runs cost as much as an operation may.
    const fifty = Array.from({ length: 60 }, (_, index) => `m${index}: esol(smiles: ["C"]) { id }`).join(' ');
    expect(onlyError(await wrong(fifty))).toMatchObject({ code: 'QUERY_TOO_COSTLY' });
  });

  it('is known by deployments, over WebSocket, and by the hash of its document', async () => {
    const { deployments } = await ask<{ deployments: { edges: { node: object }[] } }>(
      app,
      '{ deployments { edges { node { name typedField } } } }',
    );
    expect(deployments.edges.map(({ node }) => node)).toEqual([
      { name: 'binding-energy', typedField: 'binding_energy' },
      { name: 'esol', typedField: 'esol' },
      { name: 'lennard-jones', typedField: 'lennard_jones' },
      { name: 'meat-fat', typedField: 'meat_fat' },
      { name: 'wine-cultivar', typedField: 'wine_cultivar' },
    ]);
    const query = 'mutation { models { esol(smiles: "CCO") { log_s { unit } } } }';
    const client = app.subscriber();
    const overSocket: unknown[] = [];
    for await (const result of client.iterate({ query })) overSocket.push(result.data);
    expect(overSocket).toMatchObject([{ models: { esol: [{ log_s: { unit: expect.any(String) } }] } }]);
    const introspected: unknown[] = [];
    for await (const result of client.iterate({ query: '{ __type(name: "EsolPrediction") { kind } }' }))
      introspected.push(result.data);
    expect(introspected).toEqual([{ __type: { kind: 'OBJECT' } }]);

    const { createHash } = await import('node:crypto');
    const documentId = `sha256:${createHash('sha256').update(query).digest('hex')}`;
    for (const body of [{ query, documentId }, { documentId }, { documentId }]) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(await response.json()).toMatchObject({ data: { models: { esol: [{}] } } });
    }
  });
});
