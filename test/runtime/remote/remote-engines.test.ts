import { afterEach, describe, expect, it } from '@jest/globals';
import {
  RemoteEngines,
  remoteTarget,
  type LoadedModel,
  type RemoteInput,
  type RunUnderWay,
} from '../../../src/runtime/index.js';
import type { Signature, Tensor } from '../../../src/tensors/index.js';
import { localhostCertificate, localhostKey } from '../../catalog/localhost-certificate.js';
import { until } from '../../support/until.js';
import { answerTwice, json, OUT, RawEngine, SPEC } from './support/raw-engine.js';

const SIGNATURE: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
};
const SECRET = 'tell-nobody-1234';
const row = (): Tensor[] => [
  { name: 'x', datatype: 'FP32', shape: [1, 4], data: new Float32Array([1, 2, 3, 4]) },
];

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function engine(options: Parameters<RawEngine['start']>[0] = {}): Promise<RawEngine> {
  const started = await new RawEngine().start(options);
  undo.push(() => started.close());
  return started;
}

function engines(hosts: readonly string[] = ['127.0.0.0/8'], ca?: string): RemoteEngines {
  const secrets = { find: (name: string) => Promise.resolve(name === 'token' ? SECRET : null) };
  const made = new RemoteEngines({ hosts, secrets, ca });
  undo.push(() => made.close());
  return made;
}

const target = (url: string, more: Partial<RemoteInput> = {}) =>
  remoteTarget({ protocol: 'OPEN_INFERENCE', url, model: 'm', ...more }, ['remote']);

interface Lost {
  readonly losses: string[];
}

async function load(
  raw: RawEngine,
  more: { maxRunMs?: number; remote?: Partial<RemoteInput>; from?: RemoteEngines; hasServed?: boolean } = {},
): Promise<LoadedModel & Lost> {
  const losses: string[] = [];
  const model = await (more.from ?? engines()).load(target(raw.url, more.remote), {
    signature: SIGNATURE,
    replicas: 1,
    maxRunMs: more.maxRunMs ?? 60_000,
    defaults: [],
    hasServed: more.hasServed ?? false,
    onRunnerLost: ({ error }) => losses.push(error.message),
  });
  return Object.assign(model, { losses });
}

describe('a remote engine', () => {
  it('is given a run in JSON, and in bytes where it says that it takes them', async () => {
    const raw = await engine();
    const model = await load(raw);
    const sent: unknown[] = [];
    raw.infer = ({ request, body, response }) => {
      sent.push(request.headers['content-type'], JSON.parse(body.toString()));
      answerTwice(response);
    };
    expect((await model.run(row())).outputs).toEqual([
      { name: 'y', datatype: 'FP32', shape: [1, 4], data: new Float32Array([2, 4, 6, 8]) },
    ]);
    expect(sent).toEqual([
      'application/json',
      { inputs: [{ ...SPEC, shape: [1, 4], data: [1, 2, 3, 4] }], outputs: [{ name: 'y' }] },
    ]);

    const binary = await engine();
    binary.extensions = ['binary_tensor_data'];
    const values = new Float32Array([NaN, -0, 1e-40, 3]);
    binary.infer = ({ request, body, response }) => {
      const header = Number(request.headers['inference-header-content-length']);
      expect(JSON.parse(body.subarray(0, header).toString())).toMatchObject({
        inputs: [{ name: 'x', parameters: { binary_data_size: 16 } }],
        outputs: [{ name: 'y', parameters: { binary_data: true } }],
      });
      const said = JSON.stringify({
        outputs: [{ ...OUT, shape: [1, 4], parameters: { binary_data_size: 16 } }],
      });
      response.writeHead(200, { 'inference-header-content-length': String(said.length) });
      response.end(Buffer.concat([Buffer.from(said), body.subarray(header)]));
    };
    const answer = await (
      await load(binary)
    ).run([{ name: 'x', datatype: 'FP32', shape: [1, 4], data: values }]);
    expect(answer.outputs[0]?.data).toEqual(values);
  });

  it('hears how long its answer is waited for, and that nobody waits any more', async () => {
    const raw = await engine();
    raw.extensions = ['schedule_policy'];
    const model = await load(raw);
    let asked: { parameters?: { timeout?: number } } = {};
    let left = false;
    raw.infer = ({ body, response }) => {
      asked = JSON.parse(body.toString()) as typeof asked;
      response.on('close', () => (left = true));
    };
    let run: RunUnderWay | undefined;
    const answer = model.run(row(), undefined, {
      endsAt: performance.now() + 30_000,
      taken: (taken) => (run = taken),
    });
    answer.catch(() => undefined);
    await until(() => asked.parameters !== undefined);
    expect(asked.parameters?.timeout).toBeLessThanOrEqual(30_000_000);
    run?.giveUp?.();
    await expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(() => left);
  });

  it('that does not answer costs the run, which is sent once, and no other', async () => {
    const raw = await engine();
    const model = await load(raw, { maxRunMs: 200 });
    raw.infer = () => undefined;
    await expect(model.run(row())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/did not answer within 200 ms \(runtime\.maxRunMs\)/),
      retryAfterMs: 500,
    });
    expect(raw.runs).toBe(1);
    raw.infer = ({ response }) => answerTwice(response);
    await expect(model.run(row())).resolves.toMatchObject({ outputs: [{ shape: [1, 4] }] });
    expect(model.losses).toEqual([]);
  });

  it('that ends the connection in the middle of an answer is not asked the same again', async () => {
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"outputs":');
      setImmediate(() => response.destroy());
    };
    await expect(model.run(row())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/closed the connection before its answer was whole.*not sent again/),
    });
    expect(raw.runs).toBe(1);
  });

  const wrong: readonly [string, unknown, RegExp][] = [
    [
      'another shape',
      { outputs: [{ ...OUT, shape: [1, 3], data: [1, 2, 3] }] },
      /answered "y" FP32 \[1,3\] where the version has "y" FP32 \[-1,4\]/,
    ],
    ['another type', { outputs: [{ ...OUT, datatype: 'FP64', shape: [1, 4], data: [1, 2, 3, 4] }] }, /FP64/],
    ['too few values', { outputs: [{ ...OUT, shape: [1, 4], data: [1, 2, 3] }] }, /holds 4 values, got 3/],
    ['no number', { outputs: [{ ...OUT, shape: [1, 4], data: [1, 2, 3, null] }] }, /cannot be read/],
    [
      'another output',
      { outputs: [{ ...OUT, name: 'z', shape: [1, 4], data: [1, 2, 3, 4] }] },
      /without the output "y"/,
    ],
    ['no outputs', { ok: true }, /without a list of outputs/],
  ];
  it.each(wrong)('that answers %s is not believed', async (_, answer, says) => {
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => json(response, 200, answer);
    await expect(model.run(row())).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(says),
    });
  });

  it('that answers something else than JSON is not believed', async () => {
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => response.writeHead(200).end('<html>welcome</html>');
    await expect(model.run(row())).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  });

  it('is not read beyond what an answer may have', async () => {
    const raw = await engine();
    const model = await load(raw);
    let stopped = false;
    raw.infer = ({ response }) => {
      response.writeHead(200);
      response.on('close', () => (stopped = true));
      const more = () => {
        while (!stopped && response.write(Buffer.alloc(65_536, 32)));
      };
      response.on('drain', more);
      more();
    };
    await expect(model.run(row(), undefined, { maxOutputBytes: 1_000 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/at most 1000 bytes/),
    });
    await until(() => stopped);
  });

  it('that refuses a request says why, without the secret it was given', async () => {
    const raw = await engine();
    const model = await load(raw, { remote: { credentials: 'token' } });
    raw.infer = ({ request, response }) =>
      json(response, 400, { error: `bad rows; you sent ${request.headers.authorization ?? ''}` });
    await expect(model.run(row())).rejects.toMatchObject({
      code: 'RUN_FAILED',
      message:
        'The model failed on these inputs: the remote engine refuses the request (status 400: bad rows; you sent Bearer (secret)).',
    });
  });

  it('that has no time now is named, with when to come again', async () => {
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => {
      response.setHeader('retry-after', '7');
      json(response, 503, { error: 'full' });
    };
    await expect(model.run(row())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 7_000 });
    expect(raw.runs).toBe(1);
  });

  it('is followed nowhere', async () => {
    const other = await engine();
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => {
      response.writeHead(307, { location: `${other.url}/v2/models/m/infer` }).end();
    };
    await expect(model.run(row())).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(/which is not followed/),
    });
    raw.other = ({ response }) => response.writeHead(301, { location: other.url }).end();
    await expect(load(raw)).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(/redirects are not followed/),
    });
    expect(other.runs + other.looks).toBe(0);
  });
});

/** As a caller does who may repeat: what goes to a connection that has just ended may have been sent. */
async function repeated<T>(run: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await run();
    } catch (error) {
      if (!(error as Error).message.includes('whether it ran is not known')) throw error;
    }
}

describe('a remote engine that is lost', () => {
  it('is taken for lost at once when nobody listens there, and the run may go elsewhere', async () => {
    const raw = await engine();
    const model = await load(raw);
    await raw.close();
    await expect(repeated(() => model.run(row()))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      end: 'REMOTE_LOST',
      atWork: false,
    });
    expect(model.lost).toBe(true);
    expect(model.losses).toEqual([
      expect.stringMatching(/"m" at http.* cannot be reached \(ECONNREFUSED\); try again/),
    ]);
    await expect(model.failed).resolves.toMatchObject({ code: 'UNAVAILABLE' });
    // Nothing is tried for the next ones.
    await expect(model.run(row())).rejects.toMatchObject({ atWork: false });
    expect(raw.runs).toBe(0);
  });

  it('is taken for lost after three runs in a row that came to nothing', async () => {
    const raw = await engine();
    const model = await load(raw);
    raw.infer = ({ response }) => json(response, 502, { error: 'no backend' });
    for (let run = 0; run < 2; run += 1) await expect(model.run(row())).rejects.toBeDefined();
    raw.infer = ({ response }) => answerTwice(response);
    await model.run(row());
    raw.infer = ({ response }) => json(response, 502, { error: 'no backend' });
    for (let run = 0; run < 3; run += 1) {
      expect(model.lost).toBe(false);
      await expect(model.run(row())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(model.losses).toEqual([expect.stringMatching(/3 runs in a row failed/)]);
  });

  it('and comes back as another model is asked nothing', async () => {
    const raw = await engine();
    const from = engines();
    const model = await load(raw, { from });
    await model.run(row());
    const { port } = raw;
    await raw.close();
    const other = new RawEngine();
    other.inputs = [{ ...SPEC, shape: [-1, 5] }];
    await other.start({ port });
    undo.push(() => other.close());
    await expect(repeated(() => model.run(row()))).rejects.toMatchObject({
      atWork: false,
      message: expect.stringMatching(/is not what the version says.*"x" FP32 \[-1,4\].*"x" FP32 \[-1,5\]/),
    });
    expect(other.runs).toBe(0);
    await expect(load(other, { from, hasServed: true })).rejects.toMatchObject({ code: 'REMOTE_UNUSABLE' });
  });

  it('is looked at again after it was back, and then asked', async () => {
    const raw = await engine();
    const model = await load(raw);
    await model.run(row());
    const { port } = raw;
    await raw.close();
    const again = await engine({ port });
    await repeated(() => model.run(row()));
    expect(again.runs).toBe(1);
    expect(again.looks).toBeGreaterThan(0);
    expect(model.losses).toEqual([]);
  });

  it('serves though it keeps no connection', async () => {
    const raw = await engine();
    raw.infer = ({ response }) => {
      response.setHeader('connection', 'close');
      answerTwice(response);
    };
    const model = await load(raw);
    for (let run = 0; run < 5; run += 1) await model.run(row());
    expect(raw.runs).toBe(5);
    expect(raw.looks).toBeLessThanOrEqual(2);
  });
});

describe('what a remote engine has to be', () => {
  it.each([
    ['inputs', (raw: RawEngine) => (raw.inputs = [{ ...SPEC, datatype: 'FP64' }])],
    ['outputs', (raw: RawEngine) => (raw.outputs = [{ ...OUT, name: 'z' }])],
    ['fixed rows', (raw: RawEngine) => (raw.inputs = [{ ...SPEC, shape: [1, 4] }])],
  ])('is not one with other %s', async (_, change) => {
    const raw = await engine();
    change(raw);
    await expect(load(raw)).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(
        /^The remote model "m" at .* is not what the version says\. Expected inputs "x" FP32 \[-1,4\] and outputs "y" FP32 \[-1,4\]; the engine says/,
      ),
    });
  });

  it('is one that is there and ready', async () => {
    const raw = await engine();
    raw.other = ({ response }) => json(response, 404, { error: 'no model m' });
    await expect(load(raw)).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(/no model m.*check url, model, version and protocol/),
    });
    await expect(load(raw, { hasServed: true })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    raw.other = ({ request, response }) =>
      request.url?.endsWith('/ready')
        ? json(response, 400, { error: 'still loading' })
        : json(response, 200, { inputs: raw.inputs, outputs: raw.outputs });
    await expect(load(raw)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/still loading/),
    });
  });

  it('is one whose certificate fits', async () => {
    const tls = { cert: localhostCertificate, key: localhostKey };
    const raw = await engine({ tls });
    await expect(load(raw)).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(
        /certificate that nobody but itself has signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      ),
    });
    const trusting = engines(['127.0.0.0/8'], localhostCertificate);
    await expect((await load(raw, { from: trusting })).run(row())).resolves.toBeDefined();
    const elsewhere = await engine({ tls, host: '127.0.0.2' });
    await expect(load(elsewhere, { from: trusting })).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(/certificate for other names/),
    });
  });

  it('is one that the operator allows, whatever its name means by then', async () => {
    const raw = await engine();
    const named = raw.url.replace('127.0.0.1', 'localhost');
    const reach = async (url: string, hosts: string[]) =>
      engines(hosts).load(target(url), {
        signature: SIGNATURE,
        replicas: 1,
        maxRunMs: 60_000,
        defaults: [],
        hasServed: false,
      });
    await expect(reach(raw.url, [])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/on the public internet.*RETORT_REMOTE_HOSTS/),
      field: ['runtime', 'remote', 'url'],
    });
    await expect(reach(raw.url, ['engine.internal'])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    // A name that turns out to be an address outside of the ranges.
    await expect(reach(named, ['10.0.0.0/8'])).rejects.toMatchObject({
      code: 'REMOTE_UNUSABLE',
      message: expect.stringMatching(/an address that may not be reached from here/),
    });
    expect(raw.sockets.size).toBe(0);
    for (const host of ['localhost', `localhost:${raw.port}`, '*.localhost'])
      if (host === '*.localhost')
        await expect(reach(named, [host])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      else await expect(reach(named, [host])).resolves.toBeDefined();
  });

  it('gets a secret only where the operator names hosts, and there is one', async () => {
    const raw = await engine();
    const seen: (string | undefined)[] = [];
    raw.infer = ({ request, response }) => {
      seen.push(request.headers.authorization);
      answerTwice(response);
    };
    await (await load(raw, { remote: { credentials: 'token' } })).run(row());
    await (await load(raw)).run(row());
    expect(seen).toEqual([`Bearer ${SECRET}`, undefined]);
    await expect(load(raw, { remote: { credentials: 'other' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['runtime', 'remote', 'credentials'],
    });
    const open = engines([]).check(target('https://example.org', { credentials: 'token' }), [
      'runtime',
      'remote',
    ]);
    await expect(open).rejects.toMatchObject({
      message: expect.stringMatching(/only to hosts that the operator names/),
    });
  });
});
