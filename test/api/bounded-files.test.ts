import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { oneNode } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal } from './support/ask.js';
import { publish, PUBLISH, register } from './support/catalog-steps.js';

const LIST = /* GraphQL */ `
  {
    models(first: 100) {
      edges {
        node {
          name
          versions(first: 1) {
            edges {
              node {
                ref
                artifact {
                  metadata
                  metadataOmitted
                }
                signature {
                  outputs {
                    shape
                    extents
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;

describe('files that say too much of themselves', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await register(app, 'candidate');
  });
  afterAll(() => app.close());
  const fixture = (name: string) => readFile(join(packageRoot, 'test/fixtures', name));
  const refused = async (bytes: Uint8Array) => {
    const { digest } = await app.upload(bytes);
    return refusal(app, PUBLISH, { input: { model: 'candidate', artifact: { digest } } });
  };
  const listed = async (): Promise<unknown[]> => {
    const { models } = await ask<{
      models: { edges: { node: { versions: { edges: { node: unknown }[] } } }[] };
    }>(app, LIST);
    return models.edges.flatMap(({ node }) => node.versions.edges.map((edge) => edge.node));
  };

  it('thirty functions that each call the next twice are refused, saying what they would be', async () => {
    expect(await refused(await fixture('functions-doubling.onnx'))).toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('become 2147483647'),
    });
  });

  it('an output of 2^31 rows is refused and absent', async () => {
    expect(await refused(await fixture('output-dimension-2-31.onnx'))).toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining(
        'Output "y" declares an extent of 2147483648, expected at most 2147483647',
      ),
    });
    expect(await listed()).toEqual([]);
  });

  it('megabytes of metadata are published, and lists show the beginning', async () => {
    await publish(
      app,
      'candidate',
      oneNode('Relu', { metadata: { note: 'n'.repeat(5_000_000), task: 'regression' } }),
    );
    const [version] = await listed();
    expect(version).toMatchObject({
      artifact: { metadata: { task: 'regression' }, metadataOmitted: 1 },
      signature: { outputs: [{ shape: [-1, 4], extents: [-1, 4] }] },
    });
    expect(JSON.stringify(version).length).toBeLessThan(20_000);
  });
});
