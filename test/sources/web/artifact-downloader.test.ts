import { createServer, type Server } from 'node:https';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ArtifactDownloader } from '../../../src/sources/index.js';
import { isPublicAddress } from '../../../src/platform/public-address.js';
import { localhostCertificate, localhostKey } from '../../catalog/localhost-certificate.js';

const field = ['artifact', 'url'];
const { signal } = new AbortController();

describe('public addresses', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'localhost',
    '',
    '1.2.3',
  ])('does not count %s among them', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e'])(
    'counts %s among them',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it('counts no address of a private network among them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('10.', '127.', '192.168.', '169.254.'),
        fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }),
        (start, rest) => {
          const octets = `${start}${rest.join('.')}`.split('.').slice(0, 4).join('.');
          expect(isPublicAddress(octets)).toBe(false);
        },
      ),
    );
  });
});

describe('downloads', () => {
  let server: Server;
  let base: string;
  let requests = 0;
  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    '/file': (_, response) => response.writeHead(200, { 'content-length': 5 }).end('bytes'),
    '/moved': (_, response) => response.writeHead(302, { location: '/file' }).end(),
    '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/to-inside': (_, response) =>
      response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data' }).end(),
    '/short': (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    },
    '/secret': (_, response) => response.writeHead(403).end(),
  };

  beforeAll(async () => {
    const listener: RequestListener = (request, response) => {
      requests += 1;
      const route = routes[request.url ?? ''];
      if (route) route(request, response);
      else response.writeHead(404).end();
    };
    server = createServer({ cert: localhostCertificate, key: localhostKey }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const onlyLoopback = () =>
    new ArtifactDownloader({
      ca: localhostCertificate,
      isAllowed: (address) => address === '127.0.0.1' || address === '::1',
    });

  async function read(url: string): Promise<string> {
    const download = await onlyLoopback().open(new URL(url), { field, signal });
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of download.body) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    } finally {
      download.close();
    }
  }

  it('reads a file, also from where it moved to', async () => {
    expect(await read(`${base}/file`)).toBe('bytes');
    expect(await read(`${base}/moved`)).toBe('bytes');
  });

  it('connects to nothing inside: neither by name nor by address', async () => {
    const before = requests;
    const downloader = new ArtifactDownloader({ ca: localhostCertificate });
    for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433', '0x7f.1', '169.254.169.254']) {
      const url = `https://${host}:${new URL(base).port}/file`;
      await expect(downloader.open(new URL(url), { field, signal })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('public internet'),
      });
    }
    expect(requests).toBe(before);
  });

  it('checks a redirect as it checked the first address', async () => {
    await expect(read(`${base}/to-file`)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('got the scheme "file"'),
    });
    await expect(read(`${base}/to-inside`)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('public internet'),
    });
    await expect(read(`${base}/loop`)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('redirected more than'),
    });
  });

  it('says what the other server said', async () => {
    await expect(read(`${base}/secret`)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('got 403'),
    });
    await expect(read(`${base}/short`)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('broke off'),
    });
    await expect(read('https://localhost:1/file')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    const downloader = new ArtifactDownloader({ isAllowed: () => true });
    await expect(downloader.open(new URL(`${base}/file`), { field, signal })).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });

  describe('that break off', () => {
    const whole = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
    const asked: { range: string | undefined; condition: string | undefined }[] = [];
    /** Sends a part and hangs up, each time; `answer` says what the next request gets. */
    const breaking = (
      headers: Record<string, string>,
      answer: (request: IncomingMessage, response: ServerResponse, start: number) => void,
    ) => {
      asked.length = 0;
      return (request: IncomingMessage, response: ServerResponse) => {
        const { range, 'if-range': condition } = request.headers;
        asked.push({ range, condition: condition as string | undefined });
        if (range !== undefined) {
          answer(request, response, Number(/^bytes=(\d+)-$/.exec(range)?.[1]));
          return;
        }
        response.writeHead(200, { 'content-length': whole.length, ...headers });
        response.write(whole.subarray(0, 70_000), () => response.destroy());
      };
    };
    /** The rest, as far as it goes before the connection ends again. */
    const rest = (response: ServerResponse, start: number, end: number, total = whole.length) => {
      response.writeHead(206, {
        'content-range': `bytes ${start}-${total - 1}/${total}`,
        'content-length': total - start,
        etag: '"one"',
      });
      response.write(whole.subarray(start, end), () => (end === total ? response.end() : response.destroy()));
    };
    const bytes = async () => {
      const { body } = await onlyLoopback().open(new URL(`${base}/broken`), { field, signal });
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      return Buffer.concat(chunks);
    };

    it('go on where they were, again and again, on condition that the file is the same', async () => {
      routes['/broken'] = breaking({ etag: '"one"' }, (_, response, start) =>
        rest(response, start, Math.min(whole.length, start + 50_000)),
      );
      expect((await bytes()).equals(whole)).toBe(true);
      expect(asked.length).toBeGreaterThanOrEqual(4);
      expect(asked.slice(1).every(({ condition }) => condition === '"one"')).toBe(true);
    });

    it('go on with a server that takes no ranges, from the beginning and without a byte twice', async () => {
      let times = 0;
      routes['/broken'] = breaking({ etag: '"one"' }, (_, response) => {
        times += 1;
        response.writeHead(200, { 'content-length': whole.length, etag: '"one"' });
        const end = times === 1 ? 120_000 : whole.length;
        response.write(whole.subarray(0, end), () => (times === 1 ? response.destroy() : response.end()));
      });
      expect((await bytes()).equals(whole)).toBe(true);
    });

    it.each<[string, Record<string, string>, (response: ServerResponse, start: number) => void, RegExp]>([
      [
        'of a file that changed meanwhile',
        { etag: '"one"' },
        (response) => response.writeHead(200, { 'content-length': whole.length, etag: '"two"' }).end(whole),
        /broke off after \d+ bytes, and the file is another one now/,
      ],
      [
        'of a file that has another length now',
        { etag: '"one"' },
        (response, start) => rest(response, start, whole.length - 1, whole.length - 1),
        /the file is another one now/,
      ],
      [
        'that a server has forgotten',
        { etag: '"one"' },
        (response) => response.writeHead(404).end(),
        /the server answered 404 then/,
      ],
      [
        'of which nobody says whether it is the same',
        { etag: 'W/"weak"' },
        (response, start) => rest(response, start, whole.length),
        /neither an ETag nor when the file was changed/,
      ],
    ])('end with an error %s', async (_, headers, answer, message) => {
      routes['/broken'] = breaking(headers, (_request, response, start) => answer(response, start));
      await expect(bytes()).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
        message: expect.stringMatching(message),
        field,
      });
    });

    it('are any bytes, broken anywhere: what comes is the file or an error', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
          fc.array(fc.nat(5_000), { maxLength: 4 }),
          async (content, breaks) => {
            const left = [...breaks];
            routes['/any'] = (request, response) => {
              const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
              const end = start + (left.shift() ?? content.length);
              response.writeHead(request.headers.range === undefined ? 200 : 206, {
                etag: '"any"',
                'content-length': content.length - start,
                'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
              });
              response.write(content.subarray(start, Math.max(end, start + 1)), () =>
                end >= content.length ? response.end() : response.destroy(),
              );
            };
            const { body } = await onlyLoopback().open(new URL(`${base}/any`), { field, signal });
            const chunks: Uint8Array[] = [];
            for await (const chunk of body) chunks.push(chunk);
            expect(Buffer.concat(chunks).equals(Buffer.from(content))).toBe(true);
          },
        ),
        { numRuns: 15 },
      );
    });
  });
});
