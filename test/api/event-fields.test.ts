import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObjectType, type GraphQLInterfaceType } from 'graphql';
import { buildExecutableSchema } from '../../src/graphql/schema.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, succeed } from './support/ask.js';
import { publish, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { kill, processesOf, serveWith, until } from './support/serving-steps.js';
import { download, importArchive } from './support/transfer-steps.js';

const schema = buildExecutableSchema();
const event = schema.getType('Event') as GraphQLInterfaceType;
/** The fields that each type of event declares to be always null. */
const ALWAYS_NULL = new Map(
  schema.getPossibleTypes(event).map((type) => [
    type.name,
    Object.values(type.getFields())
      .filter(({ deprecationReason }) => deprecationReason?.startsWith('Always null: '))
      .map(({ name }) => name),
  ]),
);

describe('the fields of events', () => {
  it('are those of the interface on every type, deprecated exactly where they are described as always null', () => {
    for (const type of schema.getPossibleTypes(event)) {
      const fields = type.getFields();
      expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(event.getFields())));
      for (const { description, deprecationReason } of Object.values(fields)) {
        if (description?.startsWith('Always null') === true) expect(deprecationReason).toBe(description);
        else expect(deprecationReason ?? '').not.toMatch(/^Always null/);
      }
    }
    for (const { deprecationReason } of Object.values(event.getFields()))
      expect(deprecationReason ?? null).toBeNull();
  });
});

describe.each(anyDatabaseKind)('fields that are always null, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const run = (mutation: string) => succeed(app, `mutation { ${mutation} { userErrors { code message } } }`);
  const silent = [...ALWAYS_NULL].filter(([, fields]) => fields.length > 0);
  const selection = (name: string) => {
    const type = schema.getType(name);
    const fields = isObjectType(type) ? type.getFields() : {};
    return (ALWAYS_NULL.get(name) ?? [])
      .map((field) =>
        /^(?:Model|Version|Deployment)$/.test(String(fields[field]?.type)) ? `${field} { id }` : field,
      )
      .join(' ');
  };
  const document = `query ($after: String) { events(first: 100, after: $after) {
    edges { node { __typename kind ${silent.map(([name]) => `... on ${name} { ${selection(name)} }`).join('\n')} } }
    pageInfo { hasNextPage endCursor } } }`;

  interface Page {
    readonly events: {
      readonly edges: readonly { readonly node: { readonly __typename: string; readonly kind: string } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  }
  const everything = async () => {
    const nodes: Page['events']['edges'][number]['node'][] = [];
    for (let after: string | null = null, more = true; more;) {
      const { events }: Page = await ask<Page>(app, document, { after });
      nodes.push(...events.edges.map(({ node }) => node));
      ({ hasNextPage: more, endCursor: after } = events.pageInfo);
    }
    return nodes;
  };

  it('are null in every event of a whole life', async () => {
    await serveWith(app, 'lively', scalingModel(2), {
      runtime: { isolation: 'PROCESS' },
      recording: { sampleRate: 1 },
    });
    await scale(app, { deployment: 'lively' }, [1, 2, 3, 4]);
    const pids = await processesOf(app, 'lively');
    kill(pids);
    await processesOf(app, 'lively', pids);
    await run('clearRecordedRequests(input: {deployment: "lively"})');
    await run('updateDeployment(input: {name: "lively", recording: null, limits: {idleUnloadMs: 100}})');
    await run('tagVersion(input: {version: "lively@1", tag: "v1"})');
    await run('setAlias(input: {model: "lively", alias: "production", version: "lively@1"})');
    await importArchive(app, await download(app, 'lively'), { as: 'copy' });
    await register(app, 'gone');
    await publish(app, 'gone', scalingModel(7));
    await run('archiveModel(input: {name: "gone"})');
    await run('deleteModel(input: {name: "gone"})');
    await run('collectArtifacts(input: {olderThanHours: 0})');

    const nodes = await until(everything, (seen) =>
      silent.every(([name]) => seen.some(({ __typename }) => __typename === name)),
    );
    for (const node of nodes) {
      const { __typename, kind: what } = node;
      const names = ALWAYS_NULL.get(__typename) ?? [];
      expect(node).toEqual({
        __typename,
        kind: what,
        ...Object.fromEntries(names.map((name) => [name, null])),
      });
    }
    expect(nodes.length).toBeGreaterThan(20);
  });
});
