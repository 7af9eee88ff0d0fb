import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask, refusal, succeed } from '../api/support/ask.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** y = zeros of the shape that x asks for: an answer of any size from a request of a few bytes. */
function zeros(): Uint8Array {
  const graph = new GraphBuilder('zeros', { opset: 17 });
  graph.input('shape', 'INT64', [1]);
  graph.node('ConstantOfShape', ['shape'], {}, ['y']);
  graph.output('y', 'FP32', ['n']);
  return graph.build();
}

async function deployZeros(app: TestApp): Promise<void> {
  const { digest } = await app.upload(zeros());
  await succeed(
    app,
    'mutation { registerModel(input: {name: "zeros", domain: GENERAL}) { userErrors { code message } } }',
  );
  await succeed(
    app,
    'mutation ($digest: String!) { publishVersion(input: {model: "zeros", artifact: {digest: $digest}}) { userErrors { code message } } }',
    { digest },
  );
  await succeed(
    app,
    'mutation { deployVersion(input: {name: "zeros", version: "zeros@1"}) { userErrors { code message } } }',
  );
}

const stateOf = async (app: TestApp) =>
  (
    await ask<{ deployment: { state: string; stateReason: string | null } }>(
      app,
      '{ deployment(name: "zeros") { state stateReason } }',
    )
  ).deployment;

describe.each(databaseKinds)('a restart on %s', (kind) => {
  it('brings back what failed only because its file was not there', async () => {
    const first = await startTestApp({ kind });
    await deployZeros(first);
    expect(await stateOf(first)).toMatchObject({ state: 'READY' });
    await first.stop();
    const artifacts = join(first.config.dataDirectory, 'artifacts');
    await rename(artifacts, `${artifacts}.away`);

    const without = await startTestApp({ kind, reuse: first });
    expect(await stateOf(without)).toMatchObject({
      state: 'FAILED',
      stateReason: expect.stringContaining('sha256:'),
    });
    await without.stop();
    await rename(artifacts, `${artifacts}.empty`);
    await rename(`${artifacts}.away`, artifacts);

    const again = await startTestApp({ kind, reuse: first });
    expect(await stateOf(again)).toEqual({ state: 'READY', stateReason: null });
    await again.close();
  });
});

describe('an answer too large to write', () => {
  it('is refused with its size, and the server goes on', async () => {
    const app = await startTestApp({ kind: 'embedded' });
    await deployZeros(app);
    const infer = (n: number) =>
      `mutation { infer(input: {deployment: "zeros", inputs: [{name: "shape", datatype: INT64, shape: [1], data: [${n}]}]}) { outputs { shape } userErrors { field code message } } }`;
    expect(await refusal(app, infer(10_000_000))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/Expected an answer of at most 33554432 bytes of tensors, got 40000000/),
    });
    expect(await succeed(app, infer(3))).toMatchObject({ outputs: [{ shape: [3] }] });
    await app.close();
  });
});
