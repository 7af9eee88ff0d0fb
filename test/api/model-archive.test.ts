import { truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { onBothPaths } from './support/graphql-paths.js';
import { scalingModel } from './support/own-models.js';
import { artifactPath } from './support/stored-files.js';
import { download, EXPORT } from './support/transfer-steps.js';

const FIELDS =
  'url fileName formatVersion size manifestDigest versions tags aliases aliasChanges blobs blobBytes';
const ARCHIVE = `query ($name: String!) { model(name: $name) { name archive { ${FIELDS} } } }`;

interface Archived {
  readonly model: { readonly archive: { readonly url: string; readonly size: number } | null } | null;
}

describe.each(onBothPaths)('Model.archive, %s database, compiled %s', (kind, compiled) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, graphqlPaths: { compiled } });
    for (const name of ['line', 'other']) await register(app, name);
    await publish(app, 'line', scalingModel(2));
    await publish(app, 'line', scalingModel(3));
    await publish(app, 'other', scalingModel(4));
  });
  afterAll(() => app.close());

  it('reads what exportModel answers, and changes as the model does', async () => {
    const { model } = await ask<Archived>(app, ARCHIVE, { name: 'line' });
    const { archive } = await succeed<{ archive: object }>(app, EXPORT, { input: { model: 'line' } });
    expect(model?.archive).toEqual(archive);
    expect(archive).toMatchObject({ versions: 2, blobs: 2, url: '/models/line/archive' });
    expect(model?.archive?.size).toBe((await download(app, 'line')).length);

    await publish(app, 'line', scalingModel(5));
    expect((await ask<Archived>(app, ARCHIVE, { name: 'line' })).model?.archive).toMatchObject({
      versions: 3,
    });
    expect(await ask(app, ARCHIVE, { name: 'nobody' })).toEqual({ model: null });
  });

  it('is counted as what it costs', async () => {
    const all = (first: number) =>
      app.graphql(`{ models(first: ${first}) { edges { node { archive { size } } } } }`);
    expect((await all(20)).errors).toBeUndefined();
    expect(onlyError(await all(100)).code).toBe('QUERY_TOO_COSTLY');
  });

  it('is null with the reason when a file is not what it was, and the rest is answered', async () => {
    const { version } = await ask<{ version: { artifact: { digest: string } } }>(
      app,
      '{ version(ref: "other@1") { artifact { digest } } }',
    );
    await truncate(artifactPath(app, version.artifact.digest), 10);
    const answer = await app.graphql('{ models { edges { node { name archive { versions } } } } }');
    expect(answer.data).toEqual({
      models: {
        edges: [
          { node: { name: 'line', archive: { versions: 3 } } },
          { node: { name: 'other', archive: null } },
        ],
      },
    });
    expect(onlyError(answer)).toEqual({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringContaining(version.artifact.digest),
    });
  });
});
