import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../../src/graphql/context.js';
import { DomainError } from '../../../src/platform/errors.js';
import { startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';

const INFER = 'mutation($input: InferInput!) { infer(input: $input) { timing { totalMs } } }';
const variables = { input: { deployment: 'busy', inputs: [] } };

describe.each(['known', 'never'] as const)('an operation, with %s documents compiled', (compiled) => {
  const servers: GraphqlServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const start = async (options: Parameters<typeof startGraphqlServer>[0]) => {
    const server = await startGraphqlServer({ ...options, paths: { compiled, ...options.paths } });
    servers.push(server);
    return server;
  };
  const failingWith = (error: Error) => ({ inference: { infer: () => Promise.reject(error) } });

  it.each([
    { retryAfterMs: 10, seconds: '1' },
    { retryAfterMs: 1_500, seconds: '2' },
    { retryAfterMs: 60_000, seconds: '60' },
  ])(
    'that may be tried again after $retryAfterMs ms says so, in the error and in the header',
    async ({ retryAfterMs, seconds }) => {
      const server = await start({
        services: failingWith(new DomainError('OVERLOADED', 'Too busy.', { retryAfterMs })),
      });
      for (let time = 0; time < 2; time += 1) {
        const response = await server.post({ query: INFER, variables });
        expect(response.status).toBe(200);
        expect(response.headers.get('retry-after')).toBe(seconds);
        expect(await response.json()).toMatchObject({
          data: null,
          errors: [
            { message: 'Too busy.', path: ['infer'], extensions: { code: 'OVERLOADED', retryAfterMs } },
          ],
        });
      }
    },
  );

  it('that fails for good says nothing of trying again, and an unexpected failure is told nothing about', async () => {
    const server = await start({ services: failingWith(new Error('/srv/secret broke')) });
    for (let time = 0; time < 2; time += 1) {
      const response = await server.post({ query: INFER, variables });
      expect(response.headers.has('retry-after')).toBe(false);
      const text = await response.text();
      expect(text).not.toContain('secret');
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] });
    }
  });

  it('that fails is an event, each time', async () => {
    const recordFailure = jest.fn();
    const server = await start({
      services: { ...failingWith(new DomainError('OVERLOADED', 'Too busy.')), events: { recordFailure } },
    });
    for (let time = 1; time <= 3; time += 1) {
      await server.post({ query: INFER, variables });
      expect(recordFailure).toHaveBeenCalledTimes(time);
      expect(recordFailure.mock.lastCall?.[1]).toMatchObject({
        kind: 'REQUEST_FAILED',
        data: { operation: 'mutation', code: 'OVERLOADED' },
      });
    }
  });

  it('has its caller’s departure told to the service', async () => {
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    let asked: () => void = () => undefined;
    const server = await start({
      services: {
        inference: {
          infer: (_caller: unknown, { signal }: { signal: AbortSignal }) => {
            signal.addEventListener('abort', gone);
            asked();
            return new Promise(() => undefined);
          },
        },
      },
    });
    // Known by then, so that the compiled path has it.
    await server.post({ query: INFER, variables: { input: 7 } });
    const controller = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const request = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: INFER, variables }),
      signal: controller.signal,
    });
    await arrived;
    controller.abort();
    await expect(request).rejects.toThrow();
    await left;
  });

  it('runs every hook of a plugin that Apollo is given', async () => {
    const seen: string[] = [];
    const plugin: ApolloServerPlugin<RequestContext> = {
      async requestDidStart() {
        seen.push('start');
        return {
          async executionDidStart() {
            return {
              willResolveField: ({ info }) => {
                seen.push(info.fieldName);
              },
            };
          },
          async willSendResponse({ response }) {
            response.http.headers.set('x-plugin', 'was here');
            seen.push('send');
          },
        };
      },
    };
    const paths: string[] = [];
    const server = await start({ paths: { plugins: [plugin], onAnswer: (path) => paths.push(path) } });
    for (let time = 1; time <= 3; time += 1) {
      const response = await server.post({ query: '{ __schema { description } }' });
      expect(response.headers.get('x-plugin')).toBe('was here');
      expect(seen.filter((hook) => hook === 'start')).toHaveLength(time);
      expect(seen.filter((hook) => hook === 'send')).toHaveLength(time);
    }
    expect(paths).toEqual(['apollo', 'apollo', 'apollo']);
  });
});
