import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArtifactDownloader } from '../../src/sources/index.js';
import { localhostCertificate, localhostKey } from '../catalog/localhost-certificate.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerWithVersions, setAlias, TAG } from './support/alias-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { deploy, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { storedArtifacts } from './support/stored-files.js';
import { download, IMPORT, type Imported } from './support/transfer-steps.js';

const MAX_ARCHIVE = 100_000;
const PUBLISH_BY_URL = `mutation ($input: PublishVersionInput!) {
  publishVersion(input: $input) { version { ref } userErrors { field code message } } }`;

describe.each(anyDatabaseKind)('files from an https address, %s database', (kind) => {
  let source: TestApp;
  let app: TestApp;
  let web: Server;
  /** What the web server answers, by path. */
  const pages = new Map<string, (response: ServerResponse) => void>();
  beforeAll(async () => {
    source = await startTestApp({ kind });
    web = createServer(
      { cert: localhostCertificate, key: localhostKey },
      ({ url = '' }: IncomingMessage, response) => {
        const answer = pages.get(url);
        if (answer) answer(response);
        else response.writeHead(404).end();
      },
    );
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    app = await startTestApp({
      kind,
      config: { maxArchiveBytes: MAX_ARCHIVE },
      // Other than by default, it may connect to this machine, and trusts its certificate.
      downloader: new ArtifactDownloader({
        isAllowed: (address) => address === '127.0.0.1',
        ca: localhostCertificate,
      }),
    });
  });
  afterAll(async () => {
    await app.close();
    await source.close();
    await new Promise((resolve) => web.close(resolve));
  });

  /** @returns the address at which these bytes are to be had. */
  const serve = (path: string, bytes: Uint8Array) => {
    pages.set(path, (response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    return urlOf(path);
  };
  const urlOf = (path: string) => `https://localhost:${(web.address() as AddressInfo).port}${path}`;
  const importFrom = (url: string, more: object = {}) =>
    succeed<Imported>(app, IMPORT, { input: { archive: { url }, ...more } });
  const untouched = async () => {
    expect(await ask(app, '{ model(name: "far") { name } }')).toEqual({ model: null });
    expect(await storedArtifacts(app)).toEqual([]);
    for (const folder of ['tmp', 'sha256'])
      expect(
        (
          await readdir(join(app.config.dataDirectory, 'archives', folder), {
            recursive: true,
            withFileTypes: true,
          })
        ).filter((entry) => entry.isFile()),
      ).toEqual([]);
  };

  it('changes nothing when the transfer breaks off, is too long, or brings no archive', async () => {
    await registerWithVersions(source, 'far', 2);
    const whole = await download(source, 'far');
    const broken = urlOf('/broken.tar');
    pages.set('/broken.tar', (response) => {
      response.writeHead(200, { 'content-length': whole.length });
      response.write(whole.subarray(0, 3_000), () => response.destroy());
    });
    for (const [url, code] of [
      [broken, 'ARCHIVE_NOT_FOUND'],
      [serve('/long.tar', Buffer.alloc(MAX_ARCHIVE + 1)), 'ARCHIVE_TOO_LARGE'],
      [urlOf('/nothing.tar'), 'ARCHIVE_NOT_FOUND'],
    ]) {
      expect(await refusal(app, IMPORT, { input: { archive: { url } } })).toMatchObject({
        code,
        field: ['archive', 'url'],
      });
      await untouched();
    }
  });

  it('brings a model whole, by way of another address, and only once', async () => {
    await succeed(source, TAG, { input: { version: 'far@1', tag: 'v1.0.0' } });
    await setAlias(source, { model: 'far', alias: 'production', version: '2' });
    const whole = await download(source, 'far');
    serve('/far.tar', whole);
    pages.set('/latest', (response) => response.writeHead(302, { location: '/far.tar' }).end());
    const url = urlOf('/latest');

    expect(await importFrom(url, { dryRun: true })).toMatchObject({
      changed: false,
      plan: { changes: true, versionsAdded: 2 },
    });
    expect(await ask(app, '{ model(name: "far") { name } }')).toEqual({ model: null });
    expect(await importFrom(url)).toMatchObject({ changed: true, model: { name: 'far' } });
    expect(await download(app, 'far')).toEqual(whole);
    expect(await importFrom(url)).toMatchObject({ changed: false, plan: { changes: false } });
    await deploy(app, 'far', 'far@production');
    expect(await scale(app, { deployment: 'far' }, [1, 2, 3, 4])).toEqual(
      await scale(source, { version: 'far@2' }, [1, 2, 3, 4]),
    );
  });

  it('publishes a version from there too', async () => {
    await register(app, 'near');
    const url = serve('/model.onnx', scalingModel(7));
    expect(await succeed(app, PUBLISH_BY_URL, { input: { model: 'near', artifact: { url } } })).toMatchObject(
      {
        version: { ref: 'near@1' },
      },
    );
    expect(await scale(app, { version: 'near@1' }, [1, 0, 0, 0])).toEqual([7, 0, 0, 0]);
  });
});
