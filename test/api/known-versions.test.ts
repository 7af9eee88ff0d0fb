import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onPostgres, startLinkedApp } from '../support/linked-app.js';
import { setAlias } from './support/alias-steps.js';
import { publish, register, scale, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const INFER = `mutation ($input: InferInput!) { infer(input: $input) {
  version { ref resolvedAsOf } outputs { data } userErrors { code } } }`;
const TENSOR = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] };

onPostgres('a reference that was known when the database went away, just after a write', () => {
  let linked: Awaited<ReturnType<typeof startLinkedApp>>;
  beforeAll(async () => {
    linked = await startLinkedApp();
    const { app } = linked;
    await serve(app, 'esol', scalingModel(2));
    await publish(app, 'esol', scalingModel(3));
    await setAlias(app, { model: 'esol', alias: 'production', version: '1' });
    await setAlias(app, { model: 'esol', alias: 'moving', version: '1' });
    for (const version of ['esol', 'esol@moving', 'esol@2']) await scale(app, { version }, [1, 0, 0, 0]);
    await overRest();
    // The writes: what is known of other names is known after them.
    await register(app, 'another');
    await publish(app, 'esol', scalingModel(4));
    await setAlias(app, { model: 'esol', alias: 'moving', version: '3' });
    linked.link.cut();
  });
  afterAll(async () => {
    await linked.app.close();
    await linked.link.close();
  });

  const infer = async (target: object) => {
    const answered = await linked.app.graphql(INFER, { input: { ...target, inputs: [TENSOR] } });
    return (answered.data as { infer: unknown } | null)?.infer ?? answered.errors?.[0]?.extensions.code;
  };
  const overRest = async () => {
    const response = await fetch(`${linked.app.url}/v2/models/esol/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [TENSOR] }),
    });
    return { status: response.status, answer: (await response.json()) as unknown };
  };
  const answer = (ref: string, factor: number, resolvedAsOf: unknown) => ({
    version: { ref, resolvedAsOf },
    outputs: [{ data: [factor, 0, 0, 0] }],
    userErrors: [],
  });

  it('is answered, with the time until which it was so', async () => {
    expect(await infer({ deployment: 'esol' })).toEqual(answer('esol@1', 2, null));
    const before = Date.now();
    const known = (await infer({ version: 'esol' })) as { version: { resolvedAsOf: string } };
    expect(known).toEqual(answer('esol@1', 2, expect.any(String)));
    const asOf = Date.parse(known.version.resolvedAsOf);
    expect(asOf).toBeLessThanOrEqual(before);
    expect(asOf).toBeGreaterThan(before - 600_000);
    expect(await infer({ version: 'esol@2' })).toEqual(answer('esol@2', 3, expect.any(String)));
    expect(await overRest()).toMatchObject({ status: 200, answer: { outputs: [{ data: [2, 0, 0, 0] }] } });
  });

  it('is refused when it is known to mean something else now, or was not known', async () => {
    expect(await infer({ version: 'esol@moving' })).toBe('UNAVAILABLE');
    expect(await infer({ version: 'another' })).toBe('UNAVAILABLE');
  });
});
