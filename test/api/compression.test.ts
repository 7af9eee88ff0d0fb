import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codingFor } from '../../src/http/compressed-answers.js';
import { identity } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { serve } from './support/catalog-steps.js';

const COUNT = 5_000;
const LIMIT = 1024 ** 2;
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', config: { bodyLimitBytes: LIMIT } });
  await serve(app, 'copy', identity('FP32', ['N']));
});
afterAll(() => app.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

/** Without what fetch unpacks by itself. */
async function send(path: string, headers: Record<string, string>, body?: Buffer): Promise<Answer> {
  const sent = request(app.url + path, { method: body ? 'POST' : 'GET', headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) };
}

const json = { 'content-type': 'application/json' };
const values = Array.from({ length: COUNT }, (_, index) => index / 4);
const v2 = { inputs: [{ name: 'x', datatype: 'FP32', shape: [COUNT], data: values }] };
const infer = {
  query: 'mutation($i: InferInput!) { infer(input: $i) { outputs { data } } }',
  variables: { i: { deployment: 'copy', ...v2 } },
};
const readers = { br: brotliDecompressSync, gzip: gunzipSync } as const;

describe('a compressed request', () => {
  const bodies: [string, object][] = [
    ['/graphql', infer],
    ['/v2/models/copy/infer', v2],
    ['/v1/models/copy:predict', { instances: values }],
  ];
  const codings = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, GZip: gzipSync };
  it.each(
    bodies.flatMap(([path, body]) => Object.keys(codings).map((coding) => [coding, path, body] as const)),
  )('is read as if it were not: %s at %s', async (coding, path, body) => {
    const packed = codings[coding as 'gzip'](JSON.stringify(body));
    const { status, bytes } = await send(path, { ...json, 'content-encoding': coding }, packed);
    expect(status).toBe(200);
    expect(bytes.toString()).toContain(values.slice(-50).join(','));
  });

  it('may have binary tensors in it, and its header says where in what was unpacked', async () => {
    const tensor = Buffer.from(Float32Array.from(values).buffer);
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'x', datatype: 'FP32', shape: [COUNT], parameters: { binary_data_size: tensor.length } },
        ],
        parameters: { binary_data_output: true },
      }),
    );
    const { headers, bytes } = await send(
      '/v2/models/copy/infer',
      {
        'inference-header-content-length': String(head.length),
        'content-encoding': 'gzip',
        'accept-encoding': 'br, gzip',
      },
      gzipSync(Buffer.concat([head, tensor])),
    );
    // And bytes are answered as they are.
    expect(headers['content-encoding']).toBeUndefined();
    expect(bytes.subarray(-tensor.length).equals(tensor)).toBe(true);
  });

  it.each(['/graphql', '/v2/models/copy/infer', '/v1/models/copy:predict'])(
    'is refused with the reason when it cannot be read or unpacks to too much, at %s',
    async (path) => {
      const other = await send(path, { ...json, 'content-encoding': 'zstd' }, Buffer.from('x'));
      expect(other.status).toBe(415);
      expect(other.headers['accept-encoding']).toBe('gzip, deflate');
      expect(other.bytes.toString()).toContain('Expected Content-Encoding gzip, deflate or none');
      for (const damaged of [
        Buffer.from('not gzip'),
        gzipSync('{"query":"{ __typename }"}').subarray(0, 20),
      ]) {
        const answer = await send(path, { ...json, 'content-encoding': 'gzip' }, damaged);
        expect(answer.status).toBe(400);
        expect(answer.bytes.toString()).toContain('cannot be unpacked');
      }
      const bomb = gzipSync(Buffer.alloc(400 * LIMIT, ' '));
      expect(bomb.length).toBeLessThan(LIMIT);
      const large = await send(path, { ...json, 'content-encoding': 'gzip' }, bomb);
      expect(large.status).toBe(413);
    },
  );
});

describe('an answer', () => {
  it.each(['br', 'gzip'] as const)(
    'of long text is packed for who takes %s, and else is as it is',
    async (coding) => {
      for (const [path, body] of [
        ['/graphql', infer],
        ['/v2/models/copy/infer', v2],
      ] as const) {
        const bytes = Buffer.from(JSON.stringify(body));
        const packed = await send(path, { ...json, 'accept-encoding': coding }, bytes);
        expect(packed.headers['content-encoding']).toBe(coding);
        expect(packed.headers.vary).toBe('Accept-Encoding');
        const plain = await send(path, json, bytes);
        expect(plain.headers['content-encoding']).toBeUndefined();
        expect(plain.headers.vary).toBe('Accept-Encoding');
        const data = (text: Buffer) => /"data":\[[^\]]*\]/.exec(text.toString())?.[0];
        expect(data(readers[coding](packed.bytes))).toBe(data(plain.bytes));
        expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
      }
    },
  );

  it('that is short, a refusal or a file is left alone', async () => {
    const accept = { 'accept-encoding': 'br, gzip' };
    const { digest } = await app.upload(identity('FP32', ['N']));
    for (const answer of [
      await send('/graphql', { ...json, ...accept }, Buffer.from('{"query":"{ __typename }"}')),
      await send('/graphql', { ...json, ...accept }, Buffer.from(`{"query":"{ ${'a '.repeat(3_000)} }"}`)),
      await send(`/artifacts/${digest}`, accept),
      await send('/health/ready', accept),
    ])
      expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('that is a page or its script was packed when it was built', async () => {
    for (const coding of ['br', 'gzip'] as const) {
      const page = await send('/graphiql', { 'accept-encoding': coding });
      expect(page.headers['content-encoding']).toBe(coding);
      expect(page.headers.vary).toBe('Accept-Encoding');
      expect(page.headers['content-type']).toContain('text/html');
      const html = readers[coding](page.bytes).toString();
      expect(html).toBe(readFileSync('dist/web/graphiql/index.html', 'utf8'));
      const script = /src="(graphiql\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
      const packed = await send(`/${script}`, { 'accept-encoding': coding });
      expect(packed.headers['content-encoding']).toBe(coding);
      expect(packed.headers['content-type']).toContain('javascript');
      expect(packed.headers['cache-control']).toContain('immutable');
      expect(readers[coding](packed.bytes).equals((await send(`/${script}`, {})).bytes)).toBe(true);
    }
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0', null],
    ['identity', null],
    ['deflate', null],
    ['BR', 'br'],
    ['gzip;q=0', null],
    [undefined, null],
  ])('to a caller who accepts %s is in %s', (accepted, coding) => {
    expect(codingFor(accepted)).toBe(coding);
  });
});

it('JSON that is no UTF-8 is refused, and never read as other characters than were sent', async () => {
  const bytes = Buffer.concat([
    Buffer.from('{"query":"{ __typename }","operationName":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]);
  for (const path of ['/graphql', '/v2/models/copy/infer', '/v1/models/copy:predict']) {
    const { status, bytes: answer } = await send(path, json, bytes);
    expect(status).toBe(400);
    expect(answer.toString()).toContain('UTF-8');
  }
});
