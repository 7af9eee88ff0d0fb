import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { retort, retortJson, retortJsonProcess, retortProcess } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

const KEY = 'a-key-that-must-never-be-printed';

describe('what goes wrong', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({
      examples: false,
      config: { apiKey: KEY, maxArtifactBytes: 8 * 1024 ** 2 },
    });
  });
  afterAll(async () => server.close());

  const fakes: Server[] = [];
  const fake = async (answer: Parameters<typeof createServer>[1]): Promise<string> => {
    const listening = createServer(answer as never);
    fakes.push(listening);
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  };
  afterEach(async () => {
    for (const listening of fakes.splice(0)) {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    }
  });
  const bigFile = async () => {
    const path = join(server.folder, 'big.onnx');
    await writeFile(path, Buffer.alloc(24 * 1024 ** 2, 7));
    return path;
  };

  it('a key: needed, right and wrong, and never printed', async () => {
    const { url } = server.app;
    expect((await retortJson(['list'], { url, apiKey: KEY })).code).toBe(0);
    expect((await retortJson(['list', '--api-key', KEY], { url })).code).toBe(0);
    for (const options of [{ url }, { url, apiKey: 'another-key-that-is-wrong' }]) {
      const { code, document, stderr } = await retortJson(['list'], options);
      expect([code, document.error.code]).toEqual([3, 'UNAUTHENTICATED']);
      expect(document.error.message).toMatch(/RETORT_API_KEY/);
      expect(stderr).not.toMatch(/that-is-wrong/);
    }
    const push = await retortJson(['push', await server.model(2), '--model', 'x'], { url });
    expect([push.code, push.document.error.code]).toEqual([3, 'UNAUTHENTICATED']);
    for (const args of [
      ['--help'],
      ['list', '--help'],
      ['list', '--wrong'],
      ['list', '--url', 'http://x', '--api-key', `${KEY}\n`],
    ]) {
      const { stdout, stderr } = await retort(args, { url, apiKey: KEY });
      expect(stdout + stderr).not.toContain(KEY);
    }
  });

  it('a server that is away, is not Retort, or fails inside', async () => {
    const gone = await fake(() => undefined);
    fakes.splice(0).forEach((listening) => listening.close());
    const cases: [string, string][] = [
      [gone, 'UNREACHABLE'],
      [await fake((_request, response) => response.end('<html>')), 'NOT_RETORT'],
      [
        await fake((_request, response) => response.writeHead(302, { location: 'http://example.org' }).end()),
        'NOT_RETORT',
      ],
      [await fake((request) => request.socket.destroy()), 'UNREACHABLE'],
      [
        await fake((_request, response) =>
          response.end(
            '{"errors": [{"message": "Internal error.", "extensions": {"code": "INTERNAL"}}], "extensions": {"requestId": "r-1"}}',
          ),
        ),
        'INTERNAL',
      ],
      [
        await fake((_request, response) =>
          response.end(
            '{"errors": [{"message": "Cannot query field", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}',
          ),
        ),
        'GRAPHQL_VALIDATION_FAILED',
      ],
    ];
    for (const [url, errorCode] of cases) {
      const { code, document, stderr } = await retortJson(['list'], { url });
      expect([code, document.error.code, document.error.field]).toEqual([3, errorCode, null]);
      expect(stderr).toBe(`retort: ${document.error.message}\n`);
    }
    // The process ends as the program says.
    const { code, document, stderr } = await retortJsonProcess(['list'], { url: gone });
    expect([code, document.error.code]).toEqual([3, 'UNREACHABLE']);
    expect(stderr).toBe(`retort: ${document.error.message}\n`);
  });

  it.each(['RUN_TOO_LONG', 'MODEL_OUT_OF_MEMORY', 'LOCALE_MISSING'])(
    'a model whose run failed, and not for what was asked: %s',
    async (errorCode) => {
      const error = { message: 'No answer.', extensions: { code: errorCode } };
      const url = await fake((_request, response) => response.end(JSON.stringify({ errors: [error] })));
      const { code, document } = await retortJson(['list'], { url });
      expect([code, document.error.code]).toEqual([3, errorCode]);
    },
  );

  it('an address that is none, or holds a password', async () => {
    for (const url of ['localhost:4000', 'ftp://x', 'http://user:secret@localhost:4000']) {
      const { code, document, stderr } = await retortJson(['list', '--url', url]);
      expect([code, document.error.code]).toEqual([2, 'USAGE']);
      expect(document.error.message + stderr).not.toContain('secret');
    }
  });

  it('an upload the server refuses half-way', async () => {
    const options = { url: server.app.url, apiKey: KEY };
    await server.app.graphql(
      'mutation { registerModel(input: {name: "big", domain: GENERAL}) { model { id } } }',
    );
    const { code, document } = await retortJson(['push', await bigFile(), '--model', 'big'], options);
    expect([code, document.error.code]).toEqual([1, 'ARTIFACT_TOO_LARGE']);
  });

  it('an upload that breaks half-way', async () => {
    const url = await fake((request, response) => {
      if (request.url?.startsWith('/graphql'))
        return response.end('{"data": {"model": {"name": "x", "archivedAt": null}}}');
      if (request.method === 'HEAD') return response.writeHead(404).end();
      request.once('data', () => request.socket.destroy());
    });
    const { code, document } = await retortJson(['push', await bigFile(), '--model', 'x'], { url });
    expect([code, document.error.code]).toEqual([3, 'UNREACHABLE']);
  });

  it('an upload that the user interrupts', async () => {
    let arrived: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    const url = await fake((request, response) => {
      if (request.url?.startsWith('/graphql'))
        return response.end('{"data": {"model": {"name": "x", "archivedAt": null}}}');
      if (request.method === 'HEAD') return response.writeHead(404).end();
      // Takes the first bytes and no more, so that the upload never ends by itself.
      request.once('data', () => {
        request.pause();
        arrived();
      });
    });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    const running = retortJsonProcess(['push', await bigFile(), '--model', 'x'], {
      url,
      started: (send) => (kill = send),
    });
    await underWay;
    kill('SIGINT');
    const { code, document } = await running;
    expect([code, document.error]).toEqual([
      130,
      { code: 'INTERRUPTED', message: 'Interrupted.', field: null },
    ]);
  });

  it('a reader that has seen enough', async () => {
    const { code, stderr } = await retortProcess(['completion', 'bash'], { closeStdout: true });
    expect([code, stderr]).toEqual([0, '']);
  });

  it('what a terminal would obey is not printed', async () => {
    const url = await fake((_request, response) =>
      response.end(
        JSON.stringify({
          data: {
            models: {
              edges: [
                {
                  node: {
                    name: 'x',
                    title: 'a\u001b]52;c;aGk=\u0007b\u009bc',
                    domain: 'PHYSICS',
                    labels: [],
                    version: null,
                    aliases: [],
                    createdAt: '2026-01-01T00:00:00Z',
                    updatedAt: '2026-01-01T00:00:00Z',
                    archivedAt: null,
                  },
                },
              ],
              pageInfo: { hasNextPage: false, endCursor: null },
            },
          },
        }),
      ),
    );
    const { stdout } = await retort(['list'], { url });
    expect(stdout).toContain('a]52;c;aGk=bc');
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});
