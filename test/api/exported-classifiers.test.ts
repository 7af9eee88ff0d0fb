import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Classifiers {
  readonly rows: readonly (readonly number[])[];
  readonly expected: Readonly<
    Record<
      string,
      {
        readonly classes: readonly string[];
        readonly labels: readonly (string | number)[];
        readonly probabilities: readonly (readonly number[])[];
      }
    >
  >;
}

const graphs = new URL('../fixtures/graphs/', import.meta.url);
const { rows, expected } = JSON.parse(
  await readFile(new URL('classifiers.json', graphs), 'utf8'),
) as Classifiers;

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ kind: 'embedded' });
});
afterAll(() => server.close());

describe('A classifier as its exporter writes it by default answers what the trained estimator does:', () => {
  it.each(Object.keys(expected))('%s', async (name) => {
    const bytes = await readFile(new URL(`${name}.onnx`, graphs));
    const published = await server.graphql(
      `mutation ($name: String!, $base64: String!) {
         registerModel(input: {name: $name, domain: GENERAL}) { userErrors { message } }
         publishVersion(input: {model: $name, artifact: {base64: $base64}}) {
           version { rewrites { kind } signature { outputs { name datatype classLabels } } } userErrors { message }
         }
       }`,
      { name, base64: bytes.toString('base64') },
    );
    const { classes, labels, probabilities } = expected[name] ?? never();
    expect(published).toMatchObject({
      data: {
        publishVersion: {
          userErrors: [],
          version: {
            rewrites: [{ kind: 'ZIP_MAP_REMOVED' }],
            signature: { outputs: [{ classLabels: null }, { datatype: 'FP32', classLabels: classes }] },
          },
        },
      },
    });
    const answer = await server.graphql(
      `mutation ($input: InferInput!) { infer(input: $input) { outputs { shape data } userErrors { message } } }`,
      {
        input: {
          version: `${name}@1`,
          inputs: [{ name: 'X', datatype: 'FP32', shape: [rows.length, 4], data: rows }],
        },
      },
    );
    const { outputs } = (answer.data as { infer: { outputs: { shape: number[]; data: unknown[] }[] } }).infer;
    const [label, probability] = outputs;
    expect(label?.data).toEqual(labels);
    expect(probability?.shape).toEqual([rows.length, classes.length]);
    for (const [index, value] of probabilities.flat().entries())
      expect(Math.abs(Number(probability?.data[index]) - value)).toBeLessThan(1e-5);
  });
});

function never(): never {
  throw new Error('The file of expectations has no such classifier');
}
