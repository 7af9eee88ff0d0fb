import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal } from './support/ask.js';
import { publish, PUBLISH, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

describe.each(databaseKinds)('where a version comes from, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await register(app, 'base', { title: 'Base {model} & 50% more' });
    await register(app, 'small');
    await publish(app, 'base', scalingModel(1));
    await publish(app, 'base', scalingModel(2), {
      derivedFrom: [{ version: 'base@1', relation: 'FINE_TUNED' }],
    });
    await publish(app, 'small', scalingModel(3), {
      derivedFrom: [
        { version: 'base@2', relation: 'DISTILLED' },
        { version: 'base@1', relation: 'AGGREGATED' },
      ],
    });
    await publish(app, 'small', scalingModel(4), {
      derivedFrom: [{ version: 'small@1', relation: 'QUANTIZED' }],
    });
  });
  afterAll(() => app.close());

  it('keeps source, training data and environment as they were stated', async () => {
    const source = {
      repository: 'https://git.example.org/models.git',
      commit: 'c0ffee',
      path: 'esol/train.py',
      dirty: true,
      url: 'https://example.org/run/7',
    };
    const trainingData = [
      { name: 'Delaney 2004', url: 'https://example.org/d.csv', digest: 'sha256:ab', split: 'train' },
      { name: 'own measurements', url: null, digest: null, split: null },
    ];
    const environment = {
      runtime: 'Python 3.12.4',
      platform: 'linux/amd64',
      image: 'ghcr.io/example/train@sha256:cd',
      packages: [{ name: 'torch', version: '2.9.1' }],
    };
    await register(app, 'stated');
    const { ref } = await publish(app, 'stated', scalingModel(5), { source, trainingData, environment });
    await publish(app, 'stated', scalingModel(6));
    const fields = `source { repository commit path dirty url } trainingData { name url digest split }
      environment { runtime platform image packages { name version } }`;
    expect(
      await ask(
        app,
        `{ stated: version(ref: "${ref}") { ${fields} } silent: version(ref: "stated@2") { ${fields} } }`,
      ),
    ).toEqual({
      stated: { source, trainingData, environment },
      silent: { source: null, trainingData: [], environment: null },
    });
  });

  it('refuses what is too much or cannot be kept, and takes no number for it', async () => {
    await register(app, 'modest');
    const artifact = { base64: Buffer.from(scalingModel(1)).toString('base64') };
    const many = (count: number) => Array.from({ length: count }, () => ({ name: 'x', version: '1' }));
    for (const [more, field] of [
      [{ trainingData: [{ name: '' }] }, ['trainingData', '0', 'name']],
      [{ trainingData: many(51).map(({ name }) => ({ name })) }, ['trainingData']],
      [{ environment: { runtime: 'a\u0000' } }, ['environment', 'runtime']],
      [{ environment: { packages: many(1_001) } }, ['environment', 'packages']],
      [{ environment: { packages: [{ name: '', version: '1' }] } }, ['environment', 'packages', '0', 'name']],
      [{ source: { commit: 'x'.repeat(2_001) } }, ['source', 'commit']],
    ] as const)
      expect(await refusal(app, PUBLISH, { input: { model: 'modest', artifact, ...more } })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field,
      });
    expect((await publish(app, 'modest', scalingModel(1))).number).toBe(1);
  });

  it('lists what was made from a version, page by page', async () => {
    const page = (window: string) =>
      ask<{ version: { derivatives: { edges: { cursor: string }[] } } }>(
        app,
        `{ version(ref: "base@1") { derivatives(${window}) { edges { cursor relation node { ref } } pageInfo { hasNextPage hasPreviousPage } totalCount } } }`,
      );
    const first = await page('first: 1');
    expect(first).toMatchObject({
      version: {
        derivatives: {
          edges: [{ relation: 'AGGREGATED', node: { ref: 'small@1' } }],
          pageInfo: { hasNextPage: true, hasPreviousPage: false },
          totalCount: 2,
        },
      },
    });
    const [edge] = first.version.derivatives.edges;
    expect(await page(`first: 5, after: "${edge?.cursor ?? ''}"`)).toMatchObject({
      version: {
        derivatives: {
          edges: [{ relation: 'FINE_TUNED', node: { ref: 'base@2' } }],
          pageInfo: { hasNextPage: false, hasPreviousPage: true },
        },
      },
    });
    expect(await page('last: 1')).toMatchObject({
      version: { derivatives: { edges: [{ node: { ref: 'base@2' } }] } },
    });
  });

  it('answers the graph around a version', async () => {
    const graph = async (ref: string, arguments_: string) => {
      const { version } = await ask<{ version: { lineage: Graph } }>(
        app,
        `{ version(ref: "${ref}") { lineage${arguments_} { nodes { ref } edges { child { ref } parent { ref } relation } isComplete } } }`,
      );
      const { nodes, edges, isComplete } = version.lineage;
      return {
        nodes: nodes.map((node) => node.ref).sort(),
        edges: edges.map(({ child, parent, relation }) => `${child.ref} ${relation} ${parent.ref}`).sort(),
        isComplete,
      };
    };
    const all = {
      nodes: ['base@1', 'base@2', 'small@1', 'small@2'],
      edges: [
        'base@2 FINE_TUNED base@1',
        'small@1 AGGREGATED base@1',
        'small@1 DISTILLED base@2',
        'small@2 QUANTIZED small@1',
      ],
      isComplete: true,
    };
    expect(await graph('small@2', '(direction: ANCESTORS)')).toEqual(all);
    expect(await graph('base@1', '(direction: DESCENDANTS)')).toEqual(all);
    expect(await graph('base@2', '')).toEqual({
      ...all,
      edges: all.edges.filter((edge) => !edge.includes('AGGREGATED')),
    });
    expect(await graph('small@2', '(direction: ANCESTORS, depth: 1)')).toEqual({
      nodes: ['small@1', 'small@2'],
      edges: ['small@2 QUANTIZED small@1'],
      isComplete: false,
    });
    for (const depth of [0, 101, -1]) {
      const answer = await app.graphql(
        `{ version(ref: "base@1") { lineage(depth: ${depth}) { isComplete } } }`,
      );
      expect(onlyError(answer)).toEqual({
        code: 'INVALID_ARGUMENT',
        message: `Expected a depth from 1 to 100, got ${depth}.`,
      });
    }
  });

  it('can be cited, and the cited path answers the very bytes', async () => {
    const { version } = await ask<{
      version: {
        citation: { bibtex: string; cff: string; path: string };
        artifact: { digest: string };
        createdAt: string;
      };
    }>(app, '{ version(ref: "base@2") { createdAt artifact { digest } citation { bibtex cff path } } }');
    const { citation, artifact, createdAt } = version;
    expect(citation.bibtex).toContain('@software{base-2,');
    expect(citation.bibtex).toContain('title = {{Base \\{model\\} \\& 50\\% more}},');
    expect(citation.bibtex).toContain(artifact.digest);
    expect(citation.cff.split('\n')).toEqual(
      expect.arrayContaining([
        'cff-version: 1.2.0',
        'title: "Base {model} & 50% more"',
        `date-released: ${createdAt.slice(0, 10)}`,
        '    value: "base@2"',
        `    value: "${artifact.digest}"`,
      ]),
    );
    const answer = await fetch(`${app.url}${citation.path}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(scalingModel(2)))).toBe(true);
  });
});

interface Graph {
  readonly nodes: readonly { ref: string }[];
  readonly edges: readonly { child: { ref: string }; parent: { ref: string }; relation: string }[];
  readonly isComplete: boolean;
}
