import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const apq = (query: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(query) } });

type Answer = {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } }[];
  extensions: { requestId: string };
};

describe.each(['known', 'never'] as const)(
  'documents by their hash, with %s documents compiled',
  (compiled) => {
    const servers: GraphqlServer[] = [];
    const paths: string[] = [];
    const start = async (dataDirectory?: string) => {
      const server = await startGraphqlServer({
        paths: { compiled, onAnswer: (path) => paths.push(path) },
        ...(dataDirectory !== undefined && { dataDirectory }),
      });
      servers.push(server);
      return server;
    };
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.close();
    });
    const told = async (response: Promise<Response>) => {
      const { status, headers } = await response;
      const answer = (await (await response).json()) as Answer;
      return { status, headers, answer, code: answer.errors?.[0]?.extensions.code };
    };
    const NAME = 'query Name($yes: Boolean!) { __typename @include(if: $yes) again: __typename }';
    const variables = { yes: true };
    const data = { __typename: 'Query', again: 'Query' };

    it('documentId finds what was executed in full, with and without its prefix, over POST and GET', async () => {
      const server = await start();
      await server.post({ query: NAME, variables });
      for (const documentId of [`sha256:${sha256(NAME)}`, sha256(NAME)]) {
        const posted = await told(server.post({ documentId, variables }));
        expect(posted).toMatchObject({ status: 200, answer: { data } });
        expect(paths.at(-1)).toBe(compiled === 'known' ? 'compiled' : 'apollo');
        const got = await told(server.get({ documentId, variables: JSON.stringify(variables) }));
        expect(got).toMatchObject({ status: 200, answer: { data } });
      }
      expect((await told(server.post({ documentId: sha256(NAME), variables: {} }))).code).toBe(
        'BAD_USER_INPUT',
      );
    });

    it('an unknown id is refused with its code and what to do, whatever the media type', async () => {
      const server = await start();
      for (const documentId of [
        `sha256:${'0'.repeat(64)}`,
        'x-mine:1',
        'relay-md5',
        sha256(NAME).toUpperCase(),
      ]) {
        const refused = await told(server.post({ documentId }, { 'x-request-id': 'mine' }));
        expect(refused).toMatchObject({ status: 400, code: 'PERSISTED_QUERY_NOT_FOUND' });
        expect(refused.answer.errors?.[0]?.message).toContain('Send the document once as "query"');
        expect(refused.answer).not.toHaveProperty('data');
        expect(refused.answer.extensions.requestId).toBe('mine');
      }
      const documentId = sha256('never sent');
      const json = await told(server.post({ documentId }, { accept: 'application/json' }));
      expect(json).toMatchObject({ status: 200, code: 'PERSISTED_QUERY_NOT_FOUND' });
      const response = await told(
        server.post({ documentId }, { accept: 'application/graphql-response+json' }),
      );
      expect(response).toMatchObject({ status: 400, code: 'PERSISTED_QUERY_NOT_FOUND' });
      expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      expect((await told(server.get({ documentId }))).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    });

    it('a documentId that is no string, or another document’s, is a bad request', async () => {
      const server = await start();
      expect(await told(server.post({ documentId: 7 }))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      const other = { documentId: sha256('{ other }'), query: '{ __typename }' };
      for (let time = 0; time < 2; time += 1)
        expect(await told(server.post(other))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    });

    it('automatic persisted queries shake hands over POST and GET', async () => {
      const server = await start();
      const ask = { variables, extensions: apq(NAME) };
      const miss = await told(server.post(ask));
      expect(miss).toMatchObject({ status: 200, code: 'PERSISTED_QUERY_NOT_FOUND' });
      expect(miss.answer.errors?.[0]?.message).toBe('PersistedQueryNotFound');
      expect(await told(server.post({ ...ask, query: NAME }))).toMatchObject({
        status: 200,
        answer: { data },
      });
      for (let time = 0; time < 2; time += 1)
        expect(await told(server.post(ask))).toMatchObject({ status: 200, answer: { data } });
      expect(paths.at(-1)).toBe(compiled === 'known' ? 'compiled' : 'apollo');
      const search = { variables: JSON.stringify(variables), extensions: JSON.stringify(apq(NAME)) };
      expect(await told(server.get(search))).toMatchObject({ status: 200, answer: { data } });
      expect(await told(server.post({ documentId: sha256(NAME), variables }))).toMatchObject({
        answer: { data },
      });
      const wrong = await told(server.post({ query: NAME, variables, extensions: apq('{ other }') }));
      expect(wrong).toMatchObject({ status: 400 });
      expect(wrong.answer.errors?.[0]?.message).toContain('sha does not match');
    });

    it('what was asked for by its hash is known after a restart; what is broken on disk is not', async () => {
      const first = await start();
      const ANOTHER = '{ another: __typename }';
      await first.post({ query: NAME, documentId: sha256(NAME), variables });
      await first.post({ query: ANOTHER, extensions: apq(ANOTHER) });
      await first.post({ query: '{ forgotten: __typename }' });
      servers.splice(0);
      await first.close({ keepData: true });
      const folder = join(first.dataDirectory, 'documents');
      expect((await readdir(folder)).sort()).toEqual(
        [sha256(NAME), sha256(ANOTHER)].map((hash) => `${hash}.graphql`).sort(),
      );
      await writeFile(join(folder, `${sha256(ANOTHER)}.graphql`), '{ tampered: __typename }');

      const second = await start(first.dataDirectory);
      for (let time = 0; time < 3; time += 1)
        expect(await told(second.post({ documentId: sha256(NAME), variables }))).toMatchObject({
          answer: { data },
        });
      expect(paths.at(-1)).toBe(compiled === 'known' ? 'compiled' : 'apollo');
      expect((await told(second.post({ documentId: sha256(ANOTHER) }))).code).toBe(
        'PERSISTED_QUERY_NOT_FOUND',
      );
      expect((await told(second.post({ documentId: sha256('{ forgotten: __typename }') }))).code).toBe(
        'PERSISTED_QUERY_NOT_FOUND',
      );
    });

    it('over a socket too', async () => {
      const server = await start();
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const heard: unknown[] = [];
      const waiting: (() => void)[] = [];
      socket.on('message', (text: Buffer) => {
        heard.push(JSON.parse(text.toString()));
        waiting.shift()?.();
      });
      const hear = async () => {
        if (heard.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
        return heard.shift();
      };
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await hear();
      const ask = (payload: object) =>
        socket.send(
          JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '', variables, ...payload } }),
        );
      const missed = { type: 'error', payload: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };
      ask({ extensions: apq(NAME) });
      expect(await hear()).toMatchObject(missed);
      ask({ documentId: sha256(NAME) });
      expect(await hear()).toMatchObject(missed);
      ask({ extensions: apq(NAME), query: NAME });
      expect(await hear()).toMatchObject({ type: 'next', payload: { data } });
      await hear();
      for (const payload of [{ documentId: `sha256:${sha256(NAME)}` }, { extensions: apq(NAME) }]) {
        ask(payload);
        expect(await hear()).toMatchObject({ type: 'next', payload: { data } });
        await hear();
      }
      ask({ extensions: apq('{ other }'), query: NAME });
      expect(await hear()).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'BAD_REQUEST' } }],
      });
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    });
  },
);
