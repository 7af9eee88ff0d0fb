import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { retortJson } from '../cli/support/run-retort.js';
import { ask, refusal, succeed } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import { oiliness, textClassifier, textPipeline, VOCABULARY } from './support/text-classifier.js';
import { smallTokenizer } from '../support/small-tokenizer.js';
import { download, importArchive, send, IMPORT } from './support/transfer-steps.js';
import { archiveFiles, readWhole, tarOf } from '../transfer/sample-archive.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        results {
          name
          value
        }
        error {
          code
          message
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`;

interface Answer {
  readonly predictions: readonly {
    readonly results: readonly { readonly name: string; readonly value: unknown }[];
    readonly error: { readonly code: string; readonly message: string } | null;
  }[];
}

describe('a text model whose tokenizer is attached', () => {
  let server: TestApp;
  let graph: { digest: string };
  let tokenizer: { digest: string };
  let other: { digest: string };
  beforeAll(async () => {
    server = await startTestApp({ kind: 'embedded' });
    graph = await server.upload(textClassifier());
    tokenizer = await server.upload(Buffer.from(JSON.stringify(smallTokenizer(VOCABULARY))));
    other = await server.upload(Buffer.from(JSON.stringify(smallTokenizer([...VOCABULARY, 'salty']))));
    await register(server, 'texts');
    await succeed(server, PUBLISH, { input: input({}, [tokenizer.digest]) });
  });
  afterAll(() => server.close());

  const input = (more: object, digests: readonly string[], model = 'texts') => ({
    model,
    artifact: { digest: graph.digest },
    pipeline: textPipeline(more),
    attachments: digests.map((digest, place) => ({
      role: 'TOKENIZER',
      digest,
      options: { name: `tokens-${place}` },
    })),
  });
  const predict = async (app: TestApp, ref: string, instances: readonly unknown[]) =>
    (await succeed<Answer>(app, PREDICT, { input: { version: ref, instances } })).predictions;
  const oil = ({ results }: Answer['predictions'][number]) => {
    const { value } = results.find(({ name }) => name === 'probability') ?? {};
    return (value as { oil: number } | undefined)?.oil;
  };

  it('answers texts, padded to the length of its pipeline', async () => {
    const [first, second, third] = await predict(server, 'texts@1', [
      { text: 'Oily solvents' },
      'polar',
      'oily and oily and oily and oily',
    ]);
    expect(first && oil(first)).toBeCloseTo(oiliness(['[CLS]', 'oily', 'solvent', '##s', '[SEP]']), 5);
    expect(second && oil(second)).toBeCloseTo(oiliness(['[CLS]', 'polar', '[SEP]']), 5);
    expect(second?.results).toContainEqual({ name: 'phase', value: 'water' });
    expect(third?.error).toEqual({
      code: 'INVALID_INSTANCE',
      message: expect.stringContaining('more than the 8 tokens that this model takes'),
    });
  });

  it('has the digest of its tokenizer in its pipeline', async () => {
    const { version } = await ask<{ version: { pipeline: { steps: Record<string, object> } } }>(
      server,
      '{ version(ref: "texts@1") { pipeline } }',
    );
    expect(version.pipeline.steps.ids).toMatchObject({ tokenizer: tokenizer.digest, length: 8, cut: false });
  });

  it('cuts what is longer where its pipeline says so', async () => {
    await register(server, 'cut');
    await succeed(server, PUBLISH, { input: input({ cut: true }, [tokenizer.digest], 'cut') });
    const [answer] = await predict(server, 'cut@1', ['oily and oily and oily and oily']);
    const kept = ['[CLS]', 'oily', 'and', 'oily', 'and', 'oily', 'and', '[SEP]'];
    expect(answer && oil(answer)).toBeCloseTo(oiliness(kept), 5);
  });

  it('names the tokenizer among several, by its name or its digest', async () => {
    await register(server, 'named');
    for (const which of ['tokens-1', tokenizer.digest])
      await succeed(server, PUBLISH, {
        input: input({ tokenizer: which }, [await foreign(), tokenizer.digest], 'named'),
      });
    const [answer] = await predict(server, 'named@2', ['oily']);
    expect(answer && oil(answer)).toBeCloseTo(oiliness(['[CLS]', 'oily', '[SEP]']), 5);
  });
  const foreign = async () => (await server.upload(Buffer.from('no JSON, and not meant'))).digest;

  it.each([
    [
      'none is attached',
      {},
      'none',
      'INVALID_PIPELINE',
      /no tokenizer is attached: expected a tokenizer.json/,
    ],
    [
      'several are, and none is named',
      {},
      'both',
      'INVALID_PIPELINE',
      /2 tokenizers are attached: say which/,
    ],
    [
      'another is named',
      { tokenizer: 'bert' },
      'one',
      'INVALID_PIPELINE',
      /no attached tokenizer is "bert"; there is "tokens-0"/,
    ],
    ['it is not JSON', {}, 'text', 'INVALID_ATTACHMENT', /it is not JSON/],
    ['it is JSON of another kind', {}, 'empty', 'INVALID_ATTACHMENT', /cannot be used/],
    ['it has no token to fill up with', { padding: '<pad>' }, 'one', 'INVALID_PIPELINE', /no token "<pad>"/],
    [
      'its vocabulary is larger than the embedding',
      {},
      'larger',
      'INVALID_PIPELINE',
      /has ids up to 9, but the graph looks "input_ids" up in a table of 9 lines/,
    ],
  ])('is refused where %s', async (_, more, which, code, message) => {
    const texts: Record<string, string> = { text: '[PAD]\n[UNK]', empty: '{"model": {}}' };
    const digests =
      which === 'none'
        ? []
        : which === 'both'
          ? [tokenizer.digest, other.digest]
          : which === 'larger'
            ? [other.digest]
            : which === 'one'
              ? [tokenizer.digest]
              : [(await server.upload(Buffer.from(texts[which] ?? ''))).digest];
    const found = await refusal(server, PUBLISH, { input: input(more, digests) }).catch(async () => {
      // The same fault in each of the three steps.
      const answer = await server.graphql(PUBLISH, { input: input(more, digests) });
      const { userErrors } = (
        answer.data as { publishVersion: { userErrors: { code: string; message: string }[] } }
      ).publishVersion;
      return userErrors[0] ?? { code: 'none', message: '' };
    });
    expect(found.code).toBe(code);
    expect(found.message).toMatch(message);
  });

  it('goes along in an archive, and is judged there', async () => {
    const to = await startTestApp({ kind: 'embedded' });
    try {
      const archive = await download(server, 'texts');
      await importArchive(to, archive);
      expect(await predict(to, 'texts@1', ['oily'])).toEqual(await predict(server, 'texts@1', ['oily']));
      const manifest = await readWhole(archive);
      const bare = manifest.versions.map((version) => ({ ...version, attachments: undefined }));
      const blobs = manifest.blobs.filter(({ digest }) => digest !== tokenizer.digest);
      const changed = { ...manifest, versions: bare, blobs };
      const digest = await send(to, tarOf(archiveFiles(changed, [Buffer.from(textClassifier())])));
      const refused = await refusal(to, IMPORT, { input: { archive: { digest }, as: 'bare' } });
      expect(refused).toMatchObject({
        code: 'INVALID_PIPELINE',
        message: expect.stringMatching(/In the archive, version 1: .*no tokenizer is attached/),
      });
    } finally {
      await to.close();
    }
  });

  it('is pushed from the command line', async () => {
    const file = async (name: string, content: string | Uint8Array) => {
      const path = join(server.config.dataDirectory, name);
      await writeFile(path, content);
      return path;
    };
    const { code, document } = await retortJson(
      [
        ...['push', await file('texts.onnx', textClassifier()), '--model', 'pushed', '--register'],
        ...['--domain', 'CHEMISTRY', '--no-source'],
        ...['--pipeline', await file('texts.json', JSON.stringify(textPipeline()))],
        ...['--tokenizer', await file('tokenizer.json', JSON.stringify(smallTokenizer(VOCABULARY)))],
      ],
      { url: server.url },
    );
    expect(document.error).toBeUndefined();
    expect(code).toBe(0);
    const [answer] = await predict(server, 'pushed@1', ['polar']);
    expect(answer && oil(answer)).toBeCloseTo(oiliness(['[CLS]', 'polar', '[SEP]']), 5);
  });
});
