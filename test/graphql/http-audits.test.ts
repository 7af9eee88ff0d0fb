import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startTestApp, type TestApp } from '../support/test-app.js';

type Path = 'compiled' | 'apollo';

/** The names stand before any server does. */
const AUDITS = serverAudits({ url: 'http://127.0.0.1' }).map(({ id, name }) => ({ id, name }));

it('there are 61 audits of GraphQL over HTTP', () => {
  expect(AUDITS).toHaveLength(61);
});

describe.each(['known', 'never'] as const)('GraphQL over HTTP with %s documents compiled', (compiled) => {
  let app: TestApp;
  /** Which path answered, in the order of the requests. */
  const answered: Path[] = [];
  beforeAll(async () => {
    app = await startTestApp({
      kind: 'embedded',
      graphqlPaths: { compiled, onAnswer: (path) => answered.push(path) },
    });
  });
  afterAll(() => app.close());

  /** The answers to one audit, with the path each came by. */
  async function audit(id: string) {
    const answers: { path: Path | undefined; post: boolean; data: boolean }[] = [];
    const fetchFn = async (url: string, init: RequestInit = {}) => {
      const response = await fetch(url, init);
      const body = (await response.clone().json()) as { data?: unknown };
      answers.push({ path: answered.pop(), post: init.method === 'POST', data: body.data !== undefined });
      return response;
    };
    const found = serverAudits({ url: `${app.url}/graphql`, fetchFn }).find((one) => one.id === id);
    const result = await found?.fn();
    return { result, answers };
  }

  it.each(AUDITS)('$id $name', async ({ id }) => {
    const first = await audit(id);
    expect(first.result).toMatchObject({ status: 'ok' });
    // Whatever was new to the server the first time is known the second time.
    const second = await audit(id);
    expect(second.result).toMatchObject({ status: 'ok' });
    expect(second.answers).toHaveLength(1);
    for (const { path, post, data } of second.answers) {
      if (compiled === 'never') expect(path ?? 'apollo').toBe('apollo');
      else if (post && data) expect(path).toBe('compiled');
    }
  });
});
