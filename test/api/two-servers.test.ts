import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onPostgres, startLinkedApp } from '../support/linked-app.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { onlyError, refusal } from './support/ask.js';
import { deploy, publish, register, scale, serve } from './support/catalog-steps.js';
import { setAlias } from './support/alias-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { PATIENT_MS, until } from './support/serving-steps.js';

const REGISTER = `mutation ($name: String!) { registerModel(input: {name: $name, domain: GENERAL}) {
  model { name } userErrors { code message } } }`;

onPostgres('two servers on one PostgreSQL', () => {
  let linked: Awaited<ReturnType<typeof startLinkedApp>>;
  let first: TestApp;
  let copy: string;
  beforeAll(async () => {
    linked = await startLinkedApp();
    first = linked.app;
    await serve(first, 'esol', scalingModel(2));
    await setAlias(first, { model: 'esol', alias: 'production', version: '1' });
    await scale(first, { version: 'esol' }, [1, 0, 0, 0]);
    copy = await mkdtemp(join(tmpdir(), 'retort-second-'));
  });
  afterAll(async () => {
    await first.close();
    await linked.link.close();
    await rm(copy, { recursive: true, force: true });
  });

  const readiness = async (
    app: TestApp,
  ): Promise<{ status: number; writer?: string; database?: string; service?: string }> => {
    const response = await fetch(`${app.url}/health/ready`);
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    return { status: response.status, ...checks };
  };
  const isReady = (app: TestApp) =>
    until(
      () => readiness(app),
      ({ status }) => status === 200,
    );

  /** A standby with a copy of the files, on the real database and not over the link. */
  async function startSecond(): Promise<TestApp> {
    const { dataDirectory, databaseUrl } = first.config;
    await cp(dataDirectory, copy, {
      recursive: true,
      filter: (path) => !basename(path).startsWith('retort.lock'),
    });
    const url = new URL(databaseUrl ?? '');
    url.host = new URL(process.env.TEST_DATABASE_URL ?? '').host;
    return startTestApp({
      kind: 'postgresql',
      reuse: { config: { dataDirectory: copy, databaseUrl: url.href }, close: () => Promise.resolve() },
    });
  }

  it(
    'goes on as it was after an outage in which nobody took the lock',
    async () => {
      linked.link.cut();
      expect(await readiness(first)).toMatchObject({ status: 503 });
      linked.link.mend();
      expect(await isReady(first)).toMatchObject({ writer: 'ok', database: 'ok', service: 'ready' });
      await register(first, 'after-the-outage');
      const states = (await storedEvents(first, '0', { deployment: 'esol' })).map(({ toState }) => toState);
      expect(states.filter((state) => state === 'PENDING')).toHaveLength(1);
    },
    PATIENT_MS,
  );

  it(
    'writes only in the one that has the lock, and both agree when it comes back',
    async () => {
      linked.link.cut();
      const second = await startSecond();
      linked.link.mend();
      const why = await until(
        () => readiness(first),
        ({ writer, database }) => database === 'ok' && /another retort process/i.test(writer ?? ''),
      );
      expect(why.status).toBe(503);
      const refused = onlyError(await first.graphql(REGISTER, { name: 'split-brain' }));
      expect(refused).toEqual({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('Another Retort process'),
      });
      // It still answers from what it has loaded.
      expect(await scale(first, { deployment: 'esol' }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);

      await register(second, 'split-brain');
      await publish(second, 'esol', scalingModel(3));
      await deploy(second, 'esol', 'esol@2');
      await setAlias(second, { model: 'esol', alias: 'production', version: '2' });
      expect(await readiness(second)).toMatchObject({ status: 200, writer: 'ok' });
      // The standby's files are not the first one's: what it published has to come along.
      await cp(join(copy, 'artifacts'), join(first.config.dataDirectory, 'artifacts'), { recursive: true });
      await second.stop();

      await isReady(first);
      expect(await scale(first, { deployment: 'esol' }, [1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
      expect(await scale(first, { version: 'esol' }, [1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
      expect(await refusal(first, REGISTER, { name: 'split-brain' })).toMatchObject({ code: 'NAME_TAKEN' });
      await register(first, 'after-the-second');
    },
    PATIENT_MS,
  );
});
