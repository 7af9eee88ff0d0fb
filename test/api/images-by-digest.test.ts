import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { GraphBuilder } from '../../src/onnx/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import { batch, sendFile as send } from './support/file-steps.js';

/** The mean of all pixels of a picture, in each of its channels. */
function channelMeans(): Uint8Array {
  const graph = new GraphBuilder('channel-means', { opset: 17 });
  graph.input('pixels', 'FP32', ['rows', 3, 4, 4]);
  graph.node('ReduceMean', ['pixels'], { axes: [2n, 3n], keepdims: 0n }, ['means']);
  graph.output('means', 'FP32', ['rows', 3]);
  return graph.build();
}

const pipeline = {
  format: 2,
  instance: { picture: { kind: 'image' } },
  steps: { x: { step: 'pixels', of: 'picture', width: 4, height: 4, divisor: 1 } },
  inputs: { pixels: { of: 'x', unit: '1' } },
  outputs: { means: { unit: '1', columns: ['red', 'green', 'blue'] } },
};

const sendFile = async (app: TestApp, bytes: Uint8Array | string) => (await send(app, bytes)).digest;

const png = (background: { r: number; g: number; b: number }) =>
  sharp({ create: { width: 6, height: 6, channels: 3, background } })
    .png()
    .toBuffer();

const PREDICT = /* GraphQL */ `
  mutation ($instances: [JSON]!) {
    predict(input: { version: "means@1", instances: $instances }) {
      predictions {
        value
        error {
          code
          message
        }
      }
    }
  }
`;

interface Answer {
  readonly predict: {
    readonly predictions: readonly {
      readonly value: unknown;
      readonly error: { readonly code: string; readonly message: string } | null;
    }[];
  };
}

describe('a picture that was sent before', () => {
  let app: TestApp;
  let orange: Buffer;
  let digest: string;
  const color = { red: 255, green: 128, blue: 0 };
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await register(app, 'means');
    const { digest: graph } = await app.upload(channelMeans());
    await succeed(app, PUBLISH, { input: { model: 'means', artifact: { digest: graph }, pipeline } });
    orange = await png({ r: 255, g: 128, b: 0 });
    digest = await sendFile(app, orange);
  });
  afterAll(() => app.close());
  const answers = async (instances: readonly unknown[]) =>
    (await ask<Answer>(app, PREDICT, { instances })).predict.predictions;

  it('is answered as its bytes are, by its digest, in each of its forms', async () => {
    const given = [
      orange.toString('base64'),
      { base64: orange.toString('base64') },
      { digest },
      digest,
      { picture: { digest } },
      { picture: digest },
    ];
    expect((await answers(given)).map(({ value }) => value)).toEqual(given.map(() => color));
  });

  it('is taken as a picture by POST /files', async () => {
    const response = await fetch(`${app.url}/files`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array(orange),
    });
    expect(await response.json()).toEqual({ digest, size: orange.length });
  });

  it('has an error of its own where there is none, it is no picture, or too large', async () => {
    const rows = await sendFile(app, 'z,n\n26,30\n');
    const large = Buffer.alloc(32 * 2 ** 20 + 1);
    orange.copy(large);
    const unknown = `sha256:${'0'.repeat(64)}`;
    const told = (
      await answers([
        { digest: unknown },
        { digest: rows },
        { digest: await sendFile(app, large) },
        { digest: 'sha256:abc' },
        { digest: 7 },
        { digest, base64: orange.toString('base64') },
        { digest },
      ])
    ).map(({ value, error }) => value ?? `${error?.code ?? ''}: ${error?.message ?? ''}`);
    expect(told).toEqual([
      `INVALID_IMAGE: No file ${unknown} was uploaded, or it was more than a week ago: stream it to POST /files and pass the digest that answers`,
      expect.stringMatching(/^INVALID_IMAGE: The \d+ bytes that came are no picture of a known format/),
      expect.stringMatching(
        /^INVALID_IMAGE: The file sha256:\w+ has 33554433 bytes: expected a picture of at most 33554432/,
      ),
      expect.stringMatching(/^INVALID_IMAGE: Expected the digest that POST \/files answered/),
      expect.stringMatching(/^INVALID_INSTANCE: Expected a JPEG/),
      'INVALID_INSTANCE: Expected base64 or digest, got both; one of them is enough',
      color,
    ]);
  });

  it('may be named in a file of rows', async () => {
    const blue = await sendFile(app, await png({ r: 0, g: 0, b: 255 }));
    const columns = 'value.red,value.green,value.blue';
    const table = await batch(app, `name,picture\na,${digest}\nb,${blue}\nc,sha256:none\n`, {
      version: 'means@1',
      format: 'CSV',
    });
    const [header, ...lines] = table.text.trimEnd().split('\n');
    expect(header).toContain(columns);
    expect(
      lines.map((line) => line.replace(/sha256:[0-9a-f]{64}/, '…').replace(/,INVALID.*|"INVALID.*/, '!')),
    ).toEqual([
      expect.stringMatching(/^a,…,255,128,0,/),
      expect.stringMatching(/^b,…,0,0,255,/),
      expect.stringMatching(/^c,sha256:none,.*!$/),
    ]);
    const lists = await batch(
      app,
      [{ picture: { digest } }, { digest: blue }].map((row) => JSON.stringify(row)).join('\n'),
      { version: 'means@1', format: 'JSONL' },
    );
    const values = lists.text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { value: unknown }).value);
    expect(values[0]).toEqual(color);
  });

  it('is not for what is kept longer than it is: data of a version', async () => {
    const rows = Array.from({ length: 12 }, () => `${digest},1`).join('\n');
    const training = await app.upload(Buffer.from(`picture,target\n${rows}\n`));
    const refused = await refusal(app, PUBLISH, {
      input: {
        model: 'means',
        artifact: { digest: (await app.upload(channelMeans())).digest },
        pipeline,
        attachments: [{ role: 'TRAINING', digest: training.digest, format: 'CSV' }],
      },
    });
    expect(refused).toMatchObject({
      code: 'INVALID_ATTACHMENT',
      message: expect.stringMatching(/has to bring its pictures along, in base64/),
    });
  });
});
