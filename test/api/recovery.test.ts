import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds, type TestDatabase } from '../support/databases.js';
import { isLongRun, rounds as repetitions } from '../support/depth.js';
import { patience } from '../support/patience.js';
import { ask, succeed, type Api } from './support/ask.js';
import { publish, register, scale } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { endlessModel, scalingModel, slowModel } from './support/own-models.js';
import {
  createEmptyDatabase,
  environmentOf,
  spawnServer,
  startServer,
  type ServerProcess,
} from './support/server-process.js';
import { infer, serveWith, type Outcome } from './support/serving-steps.js';

/** Cursors rise by one from event to event: a lost or doubled one would show as a hole or a repeat. */
async function expectGaplessEvents(api: Api): Promise<void> {
  const cursors = (await storedEvents(api)).map(({ cursor }) => Number(cursor));
  expect(cursors).toEqual(cursors.map((_, index) => index + 1));
}

describe.each(databaseKinds)('stopping and starting again, %s database', (kind) => {
  let database: TestDatabase;
  let running: ServerProcess[];
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    running = [];
  });
  afterEach(async () => {
    for (const server of running) {
      server.send('SIGKILL');
      await server.exited;
    }
    await database.drop();
  });

  const start = async (): Promise<ServerProcess> => {
    const server = await startServer({ ...environmentOf(database), LOG_LEVEL: 'warn' });
    running.push(server);
    return server;
  };

  const oneAtATime = { limits: { maxQueue: 1 } };
  const rounds = (count: number) => [{ name: 'rounds', datatype: 'INT64', shape: [], data: [count] }];

  /** Of two requests for one place one is refused, which shows that the other is running. */
  async function underWay(
    server: ServerProcess,
    input: Parameters<typeof infer>[1],
  ): Promise<{ outcome: Promise<Outcome> }> {
    const both = [infer(server, input), infer(server, input)] as const;
    const [first, other] = await Promise.race([
      both[0].then((outcome) => [outcome, both[1]] as const),
      both[1].then((outcome) => [outcome, both[0]] as const),
    ]);
    expect(first).toMatchObject({ kind: 'refused', code: 'OVERLOADED' });
    return { outcome: other };
  }

  it('SIGTERM finishes what runs, exits with 0, and everything is there afterwards', async () => {
    const server = await start();
    await serveWith(server, 'slow', slowModel(), oneAtATime);
    const input = { deployment: 'slow', inputs: rounds(300) };
    const { outcome } = await underWay(server, input);
    const answered = outcome.then((answer) => ({ answer, at: performance.now() }));
    const stoppedAt = performance.now();
    server.send('SIGTERM');
    const { answer, at } = await answered;
    const exit = await server.exited;
    expect(at).toBeGreaterThan(stoppedAt);
    expect(answer).toMatchObject({ kind: 'answered', data: [expect.closeTo(512, 1)] });
    expect(exit).toMatchObject({ code: 0, signal: null, stderr: '' });
    // Nothing is left to wait for: the client's idle connection must not hold the server until the drain gives up, which
    // it does after 30 s.
    expect(performance.now() - at).toBeLessThan(patience(20_000));

    const again = await start();
    const { deployment } = await ask<{ deployment: unknown }>(
      again,
      '{ deployment(name: "slow") { state revision { number } version { ref } } }',
    );
    expect(deployment).toEqual({ state: 'READY', revision: { number: 1 }, version: { ref: 'slow@1' } });
    await expectGaplessEvents(again);
  });

  it('a second signal leaves at once', async () => {
    const server = await start();
    await serveWith(server, 'endless', endlessModel(), {
      ...oneAtATime,
      runtime: { isolation: 'THREAD' },
    });
    const x = { name: 'x', datatype: 'FP32', shape: [4], data: [1, 2, 3, 4] };
    const stop = { name: 'stop', datatype: 'BOOL', shape: [], data: [false] };
    const { outcome } = await underWay(server, { deployment: 'endless', inputs: [x, stop] });
    const cutOff = expect(outcome).rejects.toThrow();
    const asked = performance.now();
    server.send('SIGTERM');
    // Another one, since two of a kind may be told as one.
    server.send('SIGINT');
    const { code, signal } = await server.exited;
    expect(performance.now() - asked).toBeLessThan(patience(20_000));
    // A failure its starter can see, but no crash of the runtime.
    expect(['exit 1', 'killed by SIGKILL']).toContain(
      signal ? `killed by ${signal}` : `exit ${code ?? 'unknown'}`,
    );
    await cutOff;
  });

  it('kill -9 under load loses nothing that was acknowledged; what was READY becomes READY by itself', async () => {
    const acknowledged = { models: [] as string[], versions: [] as string[], deployments: [] as string[] };
    for (let round = 0; round < repetitions(1); round += 1) {
      const server = await start();
      const dying = new AbortController();
      const load = Promise.all(
        [0, 1, 2].map(async (worker) => {
          for (let step = 0; !dying.signal.aborted; step += 1) {
            const name = `m-${round}-${worker}-${step}`;
            await register(server, name);
            acknowledged.models.push(name);
            const { ref } = await publish(server, name, scalingModel(1 + round + worker + step));
            acknowledged.versions.push(ref);
            await succeed(
              server,
              `mutation { deployVersion(input: {name: "${name}", version: "${ref}"}) { deployment { state } userErrors { code message } } }`,
            );
            acknowledged.deployments.push(name);
          }
        }),
      ).catch((error: unknown) => error);
      while (acknowledged.deployments.length < 4 * (round + 1)) await delay(20);
      // Where within a request the blow falls is left to chance.
      await delay(Math.random() * 300);
      server.send('SIGKILL');
      dying.abort();
      expect(await server.exited).toMatchObject({ code: null, signal: 'SIGKILL' });
      await load;
    }

    const server = await start();
    const { edges } = (
      await ask<{ deployments: { edges: { node: { name: string; state: string } }[] } }>(
        server,
        '{ deployments(first: 100) { edges { node { name state } } } }',
      )
    ).deployments;
    expect(
      edges.filter(({ node }) => acknowledged.deployments.includes(node.name) && node.state !== 'READY'),
    ).toEqual([]);
    expect(edges.map(({ node }) => node.name)).toEqual(
      expect.arrayContaining(acknowledged.deployments.slice(0, 100)),
    );

    const events = await storedEvents(server);
    const named = (what: string) =>
      events
        .filter((event) => event.kind === what)
        .map(({ modelName, versionNumber }) => `${modelName ?? '?'}@${versionNumber ?? ''}`);
    expect(named('MODEL_REGISTERED')).toEqual(
      expect.arrayContaining(acknowledged.models.map((name) => `${name}@`)),
    );
    expect(named('VERSION_PUBLISHED')).toEqual(expect.arrayContaining(acknowledged.versions));
    expect(new Set(named('MODEL_REGISTERED')).size).toBe(named('MODEL_REGISTERED').length);
    await expectGaplessEvents(server);
    const [first = ''] = acknowledged.deployments;
    const [, , worker = '0', step = '0'] = first.split('-');
    const factor = 1 + Number(worker) + Number(step);
    expect(await scale(server, { deployment: first }, [1, 0, 0, 0])).toEqual([factor, 0, 0, 0]);
    expect(await readdir(join(database.dataDirectory, 'artifacts', 'tmp'))).toEqual([]);
  });
});

/** Milliseconds after a first start: each is a moment that another part of it takes. */
const MOMENTS = [700, 1_500, 2_300, 3_000].flatMap((latest) => Array<number>(repetitions(1)).fill(latest));

describe.each(databaseKinds)('a first start that is killed again and again, %s database', (kind) => {
  it('is finished by the next one: every example once, all of them READY', async () => {
    const database = await createEmptyDatabase(kind);
    const environment = { ...environmentOf(database), RETORT_EXAMPLES: 'true' };
    let last: ServerProcess | undefined;
    try {
      // Before the database is there, while it migrates, and while the examples are published; where exactly is chance.
      const one = Math.floor(Math.random() * MOMENTS.length);
      for (const latest of isLongRun ? MOMENTS : MOMENTS.slice(one, one + 1)) {
        const dying = spawnServer(environment);
        await delay(latest * (0.4 + 0.6 * Math.random()));
        dying.send('SIGKILL');
        expect(await dying.exited).toMatchObject({
          signal: 'SIGKILL',
          stderr: expect.not.stringContaining('cannot start'),
        });
      }
      last = await startServer(environment);
      const data = await ask(
        last,
        `{ models(orderBy: {field: NAME}) { edges { node { name aliases { name version { ref } } versions(first: 9) { edges { node { ref tags { name } } } } } } }
           deployments { edges { node { name state version { ref } } } } }`,
      );
      expect(data).toEqual({
        models: {
          edges: [
            example('binding-energy', 3),
            example('esol', 3),
            example('lennard-jones', 1),
            example('meat-fat', 1),
            example('wine-cultivar', 1),
          ],
        },
        deployments: {
          edges: [
            { node: { name: 'binding-energy', state: 'READY', version: { ref: 'binding-energy@3' } } },
            { node: { name: 'esol', state: 'READY', version: { ref: 'esol@3' } } },
            { node: { name: 'lennard-jones', state: 'READY', version: { ref: 'lennard-jones@1' } } },
            { node: { name: 'meat-fat', state: 'READY', version: { ref: 'meat-fat@1' } } },
            { node: { name: 'wine-cultivar', state: 'READY', version: { ref: 'wine-cultivar@1' } } },
          ],
        },
      });
      await expectGaplessEvents(last);
      const { predict } = await ask<{ predict: { predictions: { value: number }[] } }>(
        last,
        'mutation { predict(input: {version: "esol@production", instances: ["CCO"]}) { predictions { value } } }',
      );
      expect(predict.predictions[0]?.value).toBeCloseTo(1.096, 2);
      last.send('SIGTERM');
      expect(await last.exited).toMatchObject({ code: 0 });
    } finally {
      last?.send('SIGKILL');
      await last?.exited;
      await database.drop();
    }
  });

  function example(name: string, versions: number): object {
    const numbers = Array.from({ length: versions }, (_, index) => versions - index);
    return {
      node: {
        name,
        aliases: [{ name: 'production', version: { ref: `${name}@${versions}` } }],
        versions: {
          edges: numbers.map((number) => ({
            node: { ref: `${name}@${number}`, tags: [{ name: `v${number}.0.0` }] },
          })),
        },
      },
    };
  }
});
