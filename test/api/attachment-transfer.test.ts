import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gitClient, gitIsInstalled } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import { csvOf, linearNuclides, linearPipeline, nuclideRows } from './support/nuclide-data.js';
import { download, IMPORT, importArchive, send } from './support/transfer-steps.js';
import { archiveFiles, blobOf, readWhole, tarOf } from '../transfer/sample-archive.js';

const ATTACHED = /* GraphQL */ `
  query ($ref: String!) {
    version(ref: $ref) {
      disclosesTraining
      attachments {
        role
        digest
        size
        format
        rows
        columns
        target
        predicted
        options
      }
    }
  }
`;
const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        results {
          interval {
            low
            high
          }
        }
        domain {
          inside
          nearest {
            instance
          }
        }
      }
      userErrors {
        message
      }
    }
  }
`;

describe('what is attached to a version', () => {
  let from: TestApp;
  let to: TestApp;
  let training: { digest: string };
  beforeAll(async () => {
    [from, to] = await Promise.all([startTestApp({ kind: 'embedded' }), startTestApp({ kind: 'embedded' })]);
    const artifact = await from.upload(linearNuclides());
    training = await from.upload(csvOf(nuclideRows(100, 3)));
    const calibration = await from.upload(csvOf(nuclideRows(50, 4)));
    const tokenizer = await from.upload(Buffer.from('{"model": {}}'));
    await register(from, 'linear');
    await succeed(from, PUBLISH, {
      input: {
        model: 'linear',
        artifact: { digest: artifact.digest },
        pipeline: linearPipeline,
        discloseTraining: true,
        attachments: [
          { role: 'TRAINING', digest: training.digest, format: 'CSV', columns: { z: 'Z' }, target: 'energy' },
          {
            role: 'CALIBRATION',
            digest: calibration.digest,
            format: 'CSV',
            target: 'energy',
            options: { result: 'energy', difficulty: 'NEAREST' },
          },
          { role: 'TOKENIZER', digest: tokenizer.digest },
        ],
      },
    });
  });
  afterAll(async () => {
    await from.close();
    await to.close();
  });

  it('goes along in an archive, and back to the same bytes', async () => {
    const archive = await download(from, 'linear');
    const imported = await importArchive(to, archive);
    expect(imported.plan.blobsAdded).toBe(4);
    const ref = 'linear@1';
    expect(await ask(to, ATTACHED, { ref })).toEqual(await ask(from, ATTACHED, { ref }));
    expect((await download(to, 'linear')).equals(archive)).toBe(true);
    expect((await importArchive(to, archive)).changed).toBe(false);
    const input = { version: ref, instances: ['Fe-56', 'U-238'] };
    const answers = await Promise.all([from, to].map((app) => succeed(app, PREDICT, { input })));
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is judged at an import as at a publication', async () => {
    const manifest = await readWhole(await download(from, 'linear'));
    const broken = Buffer.from('z,n,energy\n20,20,high\n');
    const [version] = manifest.versions;
    const [first] = version?.attachments ?? [];
    if (!version || !first) throw new Error('There is nothing attached');
    const attachments = [{ ...first, ...blobOf(broken), rows: 1 }];
    const files = [Buffer.from(linearNuclides()), broken].sort((one, other) =>
      blobOf(one).digest < blobOf(other).digest ? -1 : 1,
    );
    const changed = { ...manifest, versions: [{ ...version, attachments }], blobs: files.map(blobOf) };
    const digest = await send(to, tarOf(archiveFiles(changed, files)));
    const { code, message } = await refusal(to, IMPORT, { input: { archive: { digest }, as: 'other' } });
    expect(code).toBe('INVALID_ATTACHMENT');
    expect(message).toMatch(/In the archive, version 1: .*line 2: "energy": Expected a number, got "high"/);
  });

  (gitIsInstalled ? it : it.skip)('is in the commit of the version', async () => {
    const client = await gitClient({ lfs: false });
    try {
      await client.git(['clone', '--quiet', `${from.url}/git/linear.git`, 'linear']);
      const read = (path: string) => readFile(join(client.directory, 'linear', path), 'utf8');
      expect((await readdir(join(client.directory, 'linear', 'attachments'))).sort()).toEqual([
        'calibration.csv',
        'tokenizer',
        'training.csv',
      ]);
      expect(await read('attachments/training.csv')).toBe(
        `version https://git-lfs.github.com/spec/v1\noid ${training.digest}\nsize ${csvOf(nuclideRows(100, 3)).length}\n`,
      );
      expect(JSON.parse(await read('attachments.json'))).toContainEqual({
        path: 'attachments/training.csv',
        role: 'TRAINING',
        digest: training.digest,
        format: 'CSV',
        columns: { z: 'Z' },
        target: 'energy',
      });
      expect(await read('.gitattributes')).toBe(
        '*.onnx filter=lfs diff=lfs merge=lfs -text\nattachments/** filter=lfs diff=lfs merge=lfs -text\n',
      );
    } finally {
      await client.close();
    }
    const lfs = await fetch(`${from.url}/git/linear.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: JSON.stringify({ operation: 'download', objects: [{ oid: training.digest.slice(7), size: 1 }] }),
    });
    expect(await lfs.json()).toMatchObject({
      objects: [{ oid: training.digest.slice(7), actions: { download: {} } }],
    });
  });
});
