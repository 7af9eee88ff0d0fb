import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
import { patience } from '../support/patience.js';
import {
  historyOf,
  registerWithVersions,
  ROLLBACK_ALIAS,
  SET_ALIAS,
  targetOf,
} from './support/alias-steps.js';
import { succeed } from './support/ask.js';
import { storedEvents } from './support/event-watch.js';
import { environmentOf, startServer, type ServerProcess } from './support/server-process.js';

const MODEL = 'killed';
const ALIAS = 'production';

interface Move {
  /** Also its reason. */
  readonly id: string;
  /** Null while nobody knows: its request was cut off. */
  readonly target: string | null;
}

describe.each(databaseKinds)('kill -9 while an alias moves, %s database', (kind) => {
  const KILLS = kills(kind);
  // A server starts for each of them.
  const TIMEOUT_MS = patience(80_000 * (KILLS + 1));
  it(
    'leaves the old target or the new one, with a history that agrees',
    async () => {
      const database = await createTestDatabase(kind);
      const environment = environmentOf(database);
      let server: ServerProcess | undefined;
      const acknowledged: Move[] = [];
      try {
        server = await startServer(environment);
        await registerWithVersions(server, MODEL, 3);
        for (let round = 0; round < KILLS; round += 1) {
          const dying = server;
          const enough = acknowledged.length + 5;
          let underWay: Move | null = null;
          const moving = (async () => {
            for (let step = 0; ; step += 1) {
              const id = `${round}.${step}`;
              underWay = { id, target: null };
              const change = { model: MODEL, alias: ALIAS, reason: id };
              // Every fourth a rollback: there is something to go back to by then.
              const [document, input] =
                step % 4 === 3
                  ? [ROLLBACK_ALIAS, change]
                  : [SET_ALIAS, { ...change, version: String(1 + (step % 3)) }];
              const { alias } = await succeed<{ alias: { version: { ref: string } } }>(dying, document, {
                input,
              });
              acknowledged.push({ id, target: alias.version.ref });
              underWay = null;
            }
          })().catch((error: unknown) => error);
          const early = moving.then((error: unknown) => {
            throw new Error('A move failed before the blow', { cause: error });
          });
          // Of no interest any more once the blow has fallen.
          early.catch(() => undefined);
          while (acknowledged.length < enough) await Promise.race([delay(1), early]);
          // Where within a move the blow falls is left to chance.
          await delay(Math.random() * 40);
          dying.send('SIGKILL');
          await dying.exited;
          await moving;

          server = await startServer(environment);
          const history = await historyOf(server, MODEL, ALIAS);
          const told = new Map(history.map(({ reason, to }) => [reason, to?.ref]));
          const cutOff = (underWay as Move | null)?.id ?? null;
          const isDone = cutOff !== null && told.has(cutOff);
          // The two legal states: everything acknowledged, without or with the move that was under way.
          expect(await targetOf(server, MODEL, ALIAS)).toBe(
            isDone ? told.get(cutOff) : acknowledged.at(-1)?.target,
          );
          if (isDone) acknowledged.push({ id: cutOff, target: told.get(cutOff) ?? null });
          expectAgreement(history, acknowledged);
          const events = await storedEvents(server, '0', { model: MODEL, kinds: ['ALIAS_MOVED'] });
          expect(events.map(({ aliasReason }) => aliasReason)).toEqual(history.map(({ reason }) => reason));
        }
        server.send('SIGTERM');
        expect(await server.exited).toMatchObject({ code: 0 });
      } finally {
        server?.send('SIGKILL');
        await server?.exited;
        await database.drop();
      }
    },
    TIMEOUT_MS,
  );
});

/** The history is a chain, and holds the acknowledged moves in their order; a move to where it was leaves no trace. */
function expectAgreement(
  history: readonly { reason: string | null; from: { ref: string } | null; to: { ref: string } | null }[],
  acknowledged: readonly Move[],
): void {
  history.forEach(({ from }, index) => expect(from).toEqual(history[index - 1]?.to ?? null));
  const told = history.map(({ reason, to }) => ({ id: reason, target: to?.ref }));
  const changing = acknowledged.filter(
    ({ id, target }, index) => id.endsWith('.3') || target !== acknowledged[index - 1]?.target,
  );
  expect(told).toEqual(changing.map(({ id, target }) => ({ id, target })));
}
