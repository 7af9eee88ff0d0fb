import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../api/support/ask.js';
import { converted } from '../convert/support/conversion-steps.js';
import { bytesOf, openBench, type Bench } from './support/bench.js';
import { expectServed } from './support/served.js';

describe('models of TensorFlow', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('tensorflow', './make_tensorflow.py');
  });
  afterAll(() => bench.close());

  it.each([
    ['convolutional', 'SAVED_MODEL', 'a SavedModel of TensorFlow 2.21.0, signature serving_default'],
    ['convolutional.keras', 'KERAS', 'a Keras model'],
    ['convolutional.h5', 'KERAS', 'a Keras model'],
    ['convolutional.tflite', 'TFLITE', 'a TensorFlow Lite model'],
    ['dense.keras', 'KERAS', 'a Keras model'],
    ['dense.tflite', 'TFLITE', 'a TensorFlow Lite model'],
  ])('%s is told by its content, and answers what TensorFlow answers', async (name, format, about) => {
    const version = await bench.push(name);
    expect(version.conversion).toMatchObject({ format, about: expect.stringContaining(about), warnings: [] });
    expect(version.conversion.proof.server).toHaveLength(1);
    // Any number of rows.
    expect(version.signature.inputs[0]?.shape[0]).toBe(-1);
    await bench.compare(version, name);
  });

  it('takes one of several signatures, and names them where none is said', async () => {
    expect(await bench.refused('dense')).toContain('several signatures: say which of embed, score');
    expect(await bench.refused('dense', '--signature', 'tune')).toContain(
      "Expected a signature of embed, score, got 'tune'",
    );
    expect(await bench.refused('dense.tflite', '--signature', 'score')).toContain('Expected no signature');
    const score = await bench.push('dense', '--signature', 'score');
    expect(score.signature).toMatchObject({
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 8] }],
      outputs: [{ name: 'value' }],
    });
    await bench.compare(score, 'dense');
    const embed = await bench.push('dense', '--signature', 'embed');
    expect(embed.signature.outputs.map(({ name }) => name)).toEqual(['embedding', 'norm']);
    await bench.compare(embed, 'dense-embed', 'embedding');
  });

  it('serves one from the folder to predictions', async () => {
    await bench.push('dense', '--signature', 'score', '--model', 'served');
    await expectServed(bench, 'served', 'dense', 'features');
  });

  it('takes a zip of the folder, sent as an archive or as any file', async () => {
    const body = await bytesOf(bench, 'dense.zip');
    for (const type of ['application/zip', 'application/octet-stream']) {
      const response = await fetch(`${bench.server.app.url}/artifacts`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array(body),
      });
      expect(response.ok).toBe(true);
      const { digest } = (await response.json()) as { digest: string };
      const version = await converted(bench.server.app, {
        model: 'm',
        artifact: { digest },
        signature: 'score',
      });
      await bench.compare(version, 'dense');
    }
  });

  it.each([
    ['svd', [], /no ONNX form for the operator Svd \(operator set 18\)/],
    ['unsigned', [], /has no signatures/],
    ['lambda.keras', [], /Keras 3\.15\.1 cannot read the model: .*`Lambda` layer/],
    ['cut.tflite', [], /TensorFlow 2\.21\.0 cannot read the model/],
    ['dense.tflite', ['--tolerance', '0'], /The largest difference is .*expected at most 0 relative/],
  ])('%s is refused, with the reason', async (name, args, message) => {
    const { model: before } = await versions(bench);
    expect(await bench.refused(name, ...args)).toMatch(message);
    expect(await versions(bench)).toEqual({ model: before });
  });

  it('refuses a folder that holds no such model before anything is sent', async () => {
    expect(await bench.refused('.')).toMatch(/Expected a folder with saved_model\.pb or NAME-symbol\.json/);
  });
});

async function versions({ server }: Bench): Promise<{ model: unknown }> {
  return ask(server.app, '{ model(name: "m") { versions { totalCount } } }', {});
}
