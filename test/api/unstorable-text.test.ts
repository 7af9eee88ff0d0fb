import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { INFER, latestCursor, serve } from './support/catalog-steps.js';
import { watchEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';

// What callers send is repeated in the words of a refusal, and those are stored.
describe.each(databaseKinds)('a request with characters that no database text holds, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await serve(app, 'esol', scalingModel(2));
  });
  afterAll(() => app.close());

  const failures = async () =>
    watchEvents(app.subscriber(), {
      after: await latestCursor(app),
      filter: { kinds: ['REQUEST_FAILED'] },
    });
  const infer = (name: string) =>
    app.graphql(INFER, {
      input: { deployment: 'esol', inputs: [{ name, datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] },
    });
  const overRest = async (path: string, body: object) =>
    (
      await fetch(`${app.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status;

  it.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\uD800b'],
  ])(
    '%s in a tensor’s name over GraphQL and REST: its events are told, and those after it',
    async (_, name) => {
      const watch = await failures();
      await infer(name);
      const tensor = { name, datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] };
      expect(await overRest('/v2/models/esol/infer', { inputs: [tensor] })).toBe(400);
      expect(await overRest('/v1/models/esol:predict', { inputs: { [name]: [[1, 2, 3, 4]] } })).toBe(400);
      expect(await overRest(`/v2/models/${encodeURIComponent('a\0b')}/infer`, { inputs: [tensor] })).toBe(
        404,
      );
      await infer('afterwards');
      await watch.until((events) => events.some(({ message }) => message.includes('afterwards')));
      expect(watch.events.length).toBeGreaterThanOrEqual(4);
      expect(watch.events.map(({ message }) => message).join()).not.toMatch(/[\0\p{Surrogate}]/u);
      watch.stop();
    },
  );

  it('an actor’s, a request’s or an instance’s text with it is no fault of the server', async () => {
    const answer = await app.graphql(
      'mutation ($input: PredictInput!) { predict(input: $input) { userErrors { code } } }',
      { input: { deployment: 'esol\0', instances: ['C\0C', '\uDFFF'] } },
    );
    expect(JSON.stringify(answer)).not.toContain('INTERNAL');
    const watch = await failures();
    await infer('still told');
    await watch.until((events) => events.some(({ message }) => message.includes('still told')));
    watch.stop();
  });
});
