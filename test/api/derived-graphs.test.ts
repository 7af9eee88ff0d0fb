import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelWriter } from '../../src/onnx/onnx-schema.js';
import { rawModel, tensorType } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ kind: 'embedded' });
});
afterAll(() => server.close());

const fixture = (name: string) => readFile(new URL(`../fixtures/graphs/${name}.onnx`, import.meta.url));

interface Published {
  readonly publishVersion: {
    readonly version: {
      readonly artifact: { readonly digest: string };
      readonly rewrites: unknown;
      readonly signature: { readonly inputs: unknown; readonly outputs: unknown };
    };
    readonly userErrors: readonly unknown[];
  };
}

interface Inferred {
  readonly outputs: readonly { readonly name: string; readonly data: readonly unknown[] }[];
  readonly userErrors: readonly unknown[];
}

/** Publishes a model of its own for a graph, and deploys it under the same name. */
async function serve(name: string, bytes: Uint8Array, pipeline?: unknown): Promise<Published> {
  const answer = await server.graphql(
    `mutation ($name: String!, $base64: String!, $pipeline: JSON, $version: String!) {
       registerModel(input: {name: $name, domain: GENERAL}) { userErrors { code message } }
       publishVersion(input: {model: $name, artifact: {base64: $base64}, pipeline: $pipeline}) {
         version {
           artifact { digest }
           rewrites { kind tensor description }
           signature {
             inputs { name datatype shape ranked optional default { datatype shape data } graphType classLabels }
             outputs { name datatype shape ranked optional default { data } graphType classLabels }
           }
         }
         userErrors { code message field }
       }
       deployVersion(input: {name: $name, version: $version}) {
         deployment { state stateReason batching { enabled reason } } userErrors { code message }
       }
     }`,
    { name, base64: Buffer.from(bytes).toString('base64'), pipeline, version: `${name}@1` },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data as Published;
}

async function infer(deployment: string, inputs: readonly unknown[]): Promise<Inferred> {
  const answer = await server.graphql(
    `mutation ($input: InferInput!) { infer(input: $input) {
       outputs { name datatype shape data } timing { batchSize } userErrors { code message field } } }`,
    { input: { deployment, inputs } },
  );
  expect(answer.errors).toBeUndefined();
  return (answer.data as { infer: Inferred }).infer;
}

const row = (...values: number[]) => [
  { name: 'x', datatype: 'FP32', shape: [1, values.length], data: values },
];

describe("a classifier with skl2onnx's default output, a sequence of maps", () => {
  let published: Published;
  beforeAll(async () => {
    published = await serve('classifier', await fixture('classifier-with-zipmap'));
  });

  it('is published as it was sent, and says what was changed to serve it', async () => {
    const { version, userErrors } = published.publishVersion;
    expect(userErrors).toEqual([]);
    expect(version.signature.outputs).toMatchObject([
      { name: 'label', datatype: 'BYTES', shape: [-1], classLabels: null, optional: false },
      { name: 'prob', datatype: 'FP32', shape: [-1, 2], classLabels: ['dry', 'wet'], optional: false },
    ]);
    expect(version.rewrites).toEqual([
      {
        kind: 'ZIP_MAP_REMOVED',
        tensor: 'prob',
        description:
          'Output "prob" was a sequence of maps from class to probability (ZipMap). It is the tensor of these probabilities, with a column for each of the 2 classes.',
      },
    ]);
    const sent = await fixture('classifier-with-zipmap');
    const stored = await fetch(`${server.url}/artifacts/${version.artifact.digest}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(sent)).toBe(true);
  });

  it('answers label and probabilities', async () => {
    const { outputs, userErrors } = await infer('classifier', row(3, 1));
    expect(userErrors).toEqual([]);
    expect(outputs).toMatchObject([
      { name: 'label', data: ['dry'] },
      { name: 'prob', shape: [1, 2] },
    ]);
    expect(outputs[1]?.data[0]).toBeCloseTo(0.880797, 6);
    expect(outputs[1]?.data[1]).toBeCloseTo(0.119203, 6);
  });

  it('is derived anew when the cache is gone, or damaged', async () => {
    const directory = join(server.config.dataDirectory, 'cache', 'derived');
    const [name = ''] = await readdir(directory);
    const whole = await readFile(join(directory, name));
    const reload = async () => {
      const answer = await server.graphql(
        `mutation { undeploy(input: {name: "classifier"}) { userErrors { code } }
           deployVersion(input: {name: "classifier", version: "classifier@1"}) { deployment { state stateReason } userErrors { message } } }`,
      );
      expect(answer).toMatchObject({ data: { deployVersion: { deployment: { state: 'READY' } } } });
      expect((await infer('classifier', row(3, 1))).outputs[0]?.data).toEqual(['dry']);
    };
    await rm(directory, { recursive: true });
    await reload();
    expect(await readFile(join(directory, name))).toEqual(whole);
    await writeFile(join(directory, name), whole.subarray(0, 100));
    await reload();
    expect(await readFile(join(directory, name))).toEqual(whole);
  });
});

describe('an input that the graph has a value for', () => {
  beforeAll(async () => {
    const { publishVersion } = await serve('scaled', await fixture('overridable-scale'));
    expect(publishVersion.version.signature.inputs).toMatchObject([
      { name: 'x', optional: false, default: null },
      { name: 'scale', optional: true, default: { datatype: 'FP32', shape: [1], data: [2] } },
    ]);
    expect(publishVersion.version.rewrites).toMatchObject([
      {
        kind: 'OPTIONAL_INPUT',
        tensor: 'scale',
        description: expect.stringContaining('it is 2 then') as unknown,
      },
    ]);
  });
  const x = (...values: number[]) => ({ name: 'x', datatype: 'FP32', shape: [values.length], data: values });
  const scale = (value: number) => ({ name: 'scale', datatype: 'FP32', shape: [1], data: [value] });

  it('keeps nobody from running together with others', async () => {
    const query = '{ deployment(name: "scaled") { batching { enabled rowsIndependent } } }';
    expect((await server.graphql(query)).data).toEqual({
      deployment: { batching: { enabled: true, rowsIndependent: 'PROVEN' } },
    });
  });

  it('may be left out, and may be sent', async () => {
    expect((await infer('scaled', [x(1, 10)])).outputs).toMatchObject([{ data: [2, 20] }]);
    expect((await infer('scaled', [x(1, 10), scale(5)])).outputs).toMatchObject([{ data: [5, 50] }]);
  });

  it('holds for the request that sends it and for no other, however many come at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const own = index % 3;
        const inputs = own === 0 ? [x(index)] : [x(index), scale(own * 10)];
        return (await infer('scaled', inputs)).outputs[0]?.data[0];
      }),
    );
    expect(answers).toEqual(answers.map((_, index) => index * (index % 3 === 0 ? 2 : (index % 3) * 10)));
  });

  it('over the protocols of other servers', async () => {
    const post = async (path: string, body: unknown) => {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const v2 = (inputs: unknown[]) => post('/v2/models/scaled/infer', { inputs });
    expect(await v2([x(3)])).toMatchObject({ outputs: [{ data: [6] }] });
    expect(await v2([x(3), scale(4)])).toMatchObject({ outputs: [{ data: [12] }] });
    const v1 = (body: unknown) => post('/v1/models/scaled:predict', body);
    expect(await v1({ instances: [3, 4] })).toEqual({ predictions: [6, 8] });
    expect(await v1({ inputs: { x: [3], scale: [4] } })).toEqual({ outputs: [12] });
  });

  it('is refused in another type', async () => {
    const { userErrors } = await infer('scaled', [
      x(1),
      { name: 'scale', datatype: 'INT64', shape: [1], data: [2] },
    ]);
    expect(userErrors).toMatchObject([{ code: 'INVALID_TENSOR' }]);
  });
});

describe('A version whose graph was derived', () => {
  it('is the same after an export and an import under another name', async () => {
    const exported = await server.graphql(
      `mutation { exportModel(input: {model: "classifier"}) { archive { url } userErrors { message } } }`,
    );
    const { url } = (exported.data as { exportModel: { archive: { url: string } } }).exportModel.archive;
    const archive = Buffer.from(await (await fetch(server.url + url)).arrayBuffer());
    const sent = await fetch(`${server.url}/archives`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: archive,
    });
    const { digest } = (await sent.json()) as { digest: string };
    const imported = await server.graphql(
      `mutation ($digest: String!) { importModel(input: {archive: {digest: $digest}, as: "carried"}) { changed userErrors { code message } } }`,
      { digest },
    );
    expect(imported.data).toMatchObject({ importModel: { changed: true, userErrors: [] } });
    const answer = await server.graphql(
      `{ version(ref: "carried@1") { rewrites { kind tensor } signature { outputs { classLabels } } }
         compareVersions(base: "classifier@1", target: "carried@1") { signature { compatibility } } }`,
    );
    expect(answer.data).toMatchObject({
      version: {
        rewrites: [{ kind: 'ZIP_MAP_REMOVED', tensor: 'prob' }],
        signature: { outputs: [{ classLabels: null }, { classLabels: ['dry', 'wet'] }] },
      },
      compareVersions: { signature: { compatibility: 'IDENTICAL' } },
    });
  });

  it('refuses what the graph itself cannot hold, and says what it could', async () => {
    const cast = (input: string, output: string, to: number) => ({
      op_type: 'Cast',
      input: [input],
      output: [output],
      attribute: [{ name: 'to', type: 2, i: to }],
    });
    const bfloat16 = { tensor_type: { elem_type: 16, shape: { dim: [{}] } } };
    const bytes = modelWriter
      .encode({
        ir_version: 9,
        opset_import: [{ domain: '', version: 17 }],
        graph: {
          name: 'g',
          node: [cast('x', 'wide', 1), cast('wide', 'y', 16)],
          input: [{ name: 'x', type: bfloat16 }],
          output: [{ name: 'y', type: bfloat16 }],
        },
      })
      .finish();
    const { publishVersion } = await serve('half-as-wide', bytes);
    expect(publishVersion.version.signature.inputs).toMatchObject([
      { datatype: 'FP32', graphType: 'bfloat16' },
    ]);
    const x = (...data: number[]) => [{ name: 'x', datatype: 'FP32', shape: [data.length], data }];
    expect(await infer('half-as-wide', x(0.5, 3.140625))).toMatchObject({
      outputs: [{ data: [0.5, 3.140625] }],
    });
    expect(await infer('half-as-wide', x(0.5, 3.125, 3.14159))).toMatchObject({
      userErrors: [
        {
          code: 'INVALID_TENSOR',
          field: ['inputs', '0', 'data'],
          message: expect.stringMatching(
            /^Input "x": 3\.14159.* at index 2 is no bfloat16.* the nearest is 3\.140625/,
          ) as unknown,
        },
      ],
    });
  });

  it('an input of any number of dimensions is shown as one, and not as a scalar', async () => {
    const { publishVersion } = await serve('any-rank', rawModel('Relu', tensorType(1), tensorType(1)));
    expect(publishVersion.version.signature.inputs).toMatchObject([{ shape: [], ranked: false }]);
    const scalar = await serve('scalar', rawModel('Relu', tensorType(1, []), tensorType(1, [])));
    expect(scalar.publishVersion.version.signature.inputs).toMatchObject([{ shape: [], ranked: true }]);
  });
});
