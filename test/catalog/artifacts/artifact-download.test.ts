import { createServer, type Server } from 'node:https';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { artifactAddress } from '../../../src/catalog/artifacts/artifact-address.js';
import { ArtifactDownloader } from '../../../src/catalog/artifacts/artifact-download.js';
import { isPublicAddress } from '../../../src/platform/public-address.js';
import { localhostCertificate, localhostKey } from '../localhost-certificate.js';

const field = ['artifact', 'url'];

describe('addresses of artifacts', () => {
  it.each([
    ['https://example.org/m.onnx', 'https://example.org/m.onnx'],
    ['s3://models/esol/v1.onnx', 'https://models.s3.amazonaws.com/esol/v1.onnx'],
    ['s3://my.models/esol.onnx', 'https://s3.amazonaws.com/my.models/esol.onnx'],
  ])('takes %s', (text, url) => {
    expect(artifactAddress(text, field).href).toBe(url);
  });

  it.each([
    'file:///etc/passwd',
    'http://example.org/m.onnx',
    'ftp://x/y',
    'data:,x',
    '/etc/passwd',
    'm.onnx',
    '',
    's3://models',
    's3:///key',
    'https://user:pass@example.org/',
  ])('refuses %s', (text) => {
    expect(() => artifactAddress(text, field)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field }),
    );
  });
});

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
    const download = await onlyLoopback().open(url, { field });
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
      await expect(downloader.open(url, { field })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('public internet'),
      });
    }
    expect(requests).toBe(before);
  });

  it('checks a redirect as it checked the first address', async () => {
    await expect(read(`${base}/to-file`)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('https or s3'),
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
    await expect(downloader.open(`${base}/file`, { field })).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });
});
