import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothPaths } from './support/graphql-paths.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { scale, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

describe.each(onBothPaths)(
  'queries that cannot be run, %s database, %s documents compiled',
  (kind, compiled) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startTestApp({ kind, graphqlPaths: { compiled } });
      await serve(app, 'asked', scalingModel(2));
    });
    afterAll(() => app.close());
    afterEach(async () => {
      expect(await scale(app, { deployment: 'asked' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
    });

    it('a query of 10 MB', async () => {
      const answer = await app.graphql(`{ model(name: "${'x'.repeat(10 * 1024 * 1024)}") { name } }`);
      const { message, code } = onlyError(answer);
      expect(code).toEqual(expect.any(String));
      expect(message).toContain('Expected a document of at most 1048576 characters, got more');
      expect(answer.extensions?.requestId).toEqual(expect.any(String));
    });

    it('a body larger than the server reads', async () => {
      const answer = await app.graphql('{ __typename }', { padding: 'x'.repeat(33 * 1024 * 1024) });
      expect(onlyError(answer)).toEqual({
        code: 'PAYLOAD_TOO_LARGE',
        message: expect.stringContaining('larger than this server reads'),
      });
    });

    it.each([50, 5_000])('a query %i levels deep', async (levels) => {
      const deep = `${'model { version(ref: "1") { '.repeat(levels / 2)}id${' } }'.repeat(levels / 2)}`;
      const { message } = onlyError(await app.graphql(`{ version(ref: "asked") { ${deep} } }`));
      expect(message).toMatch(
        /Expected an operation at most \d+ levels deep, got \d+|Expected a document of at most \d+ tokens|nested too deeply/,
      );
    });

    it('lists nested without end inside a value', async () => {
      const { message } = onlyError(
        await app.graphql(
          `{ models(filter: {labels: ${'['.repeat(9_000)}${']'.repeat(9_000)}}) { totalCount } }`,
        ),
      );
      expect(message).not.toMatch(/\bat \S+ \(|node_modules/);
    });

    it.each([
      { args: 'first: -1', message: 'Expected first from 0 to 100, got -1.' },
      { args: 'last: -1', message: 'Expected last from 0 to 100, got -1.' },
      { args: 'first: 1, after: "nonsense"', message: 'Expected a cursor' },
    ])('a page of models with $args', async ({ args, message }) => {
      const error = onlyError(await app.graphql(`{ models(${args}) { edges { cursor } } }`));
      expect(error.message).toContain(message);
      expect(['INVALID_ARGUMENT', 'CURSOR_INVALID']).toContain(error.code);
    });

    it.each(['models', 'deployments', 'events'])('%s with first: -1, whatever the list', async (list) => {
      expect(onlyError(await app.graphql(`{ ${list}(first: -1) { edges { cursor } } }`))).toEqual({
        code: 'INVALID_ARGUMENT',
        message: 'Expected first from 0 to 100, got -1.',
      });
    });

    it('an id that never was one, and too many at once', async () => {
      expect(onlyError(await app.graphql('{ node(id: "nonsense") { id } }'))).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      const ids = Array.from({ length: 101 }, () => 'TW9kZWw6MDE4Zjc');
      expect(
        onlyError(await app.graphql('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })),
      ).toMatchObject({
        message: expect.stringMatching(/100.*101/),
      });
    });

    it.each([
      { body: '{"query": "{ __type', says: 'not valid JSON' },
      { body: '', says: 'JSON' },
      { body: '{"query": "{ nope }"}', says: 'nope' },
      { body: '{"query": "{ models { "}', says: 'Syntax Error' },
      { body: '[]', says: '' },
      { body: '{}', says: 'no keys' },
      { body: 'null', says: '' },
    ])('a body that is no request: $body', async ({ body, says }) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(response.status).toBe(400);
      const answer = (await response.json()) as Parameters<typeof onlyError>[0];
      const { message, code } = onlyError(answer);
      expect(message).toContain(says);
      expect(code).toEqual(expect.any(String));
    });

    it('a mutation over GET, and a subscription over HTTP', async () => {
      const mutation = encodeURIComponent(
        'mutation { archiveModel(input: {name: "asked"}) { userErrors { code } } }',
      );
      const response = await fetch(`${app.url}/graphql?query=${mutation}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(response.status).toBe(405);
      expect(await ask(app, '{ model(name: "asked") { archivedAt } }')).toEqual({
        model: { archivedAt: null },
      });
      expect(onlyError(await app.graphql('subscription { monitoringEvents { cursor } }')).message).toContain(
        'WebSocket',
      );
    });

    it('a path that is not there', async () => {
      const response = await fetch(`${app.url}/nothing/here`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: 'NOT_FOUND', message: expect.stringContaining('/graphql') },
      });
    });
  },
);
