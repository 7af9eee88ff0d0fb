/**
 * Events to a thousand clients at once: whether each gets every one, how soon, and what it costs the server.
 *
 *   npm run bench:events                1,000 graphql-ws clients, 10 events a second, a minute without and a minute with a
 *                                       client that reads nothing
 *   npm run bench:events -- --quick     the same for ten seconds each: whether it works
 *   npm run bench:events -- --profile DIR      also writes a processor profile of the server
 *
 * Exits with 1 when an event was lost, came twice or in the wrong order.
 */
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SubscriberOrder, SubscriberReport } from './events/subscriber-messages.js';
import { digits, judged, mb, ms, table } from './support/markdown.js';
import { ownedFork, stopped } from './support/owned.js';
import { mainThreadMs, memoryOf, processorMs } from './support/proc-files.js';
import { startRetort } from './support/retort-server.js';
import { median } from './support/statistics.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'string' },
    clients: { type: 'string', default: '1000' },
  },
});
const CLIENTS = Number(values.clients);
const EVENTS_A_SECOND = 10;
const SECONDS = values.quick ? 10 : 60;
const WARM_UP_SECONDS = values.quick ? 2 : 10;
const QUERY = `subscription { monitoringEvents(filter: {kinds: [MODEL_UPDATED]}) {
  cursor at kind message actor modelName ... on ModelEvent { reason } } }`;

type Came = Extract<SubscriberReport, { kind: 'came' }>;
interface Outcome extends Came {
  readonly situation: string;
  /** Of one core. */
  readonly loopShare: number;
  readonly serverShare: number;
  readonly memoryMb: readonly number[];
}

const began = performance.now();
const progress = (text: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

await using server = await startRetort({ profileDirectory: values.profile });
await server.graphql(
  'mutation { registerModel(input: {name: "watched", domain: GENERAL}) { userErrors { message } } }',
  {},
);
const subscribers = ownedFork(fileURLToPath(new URL('events/subscribers-process.js', import.meta.url)), {});
const ask = async (order: SubscriberOrder): Promise<SubscriberReport> => {
  const answer = once(subscribers, 'message') as Promise<[SubscriberReport]>;
  subscribers.send(order);
  return (await answer)[0];
};

let sequence = 0;
await ask({ kind: 'open', port: server.port, clients: CLIENTS, query: QUERY });
progress(`${CLIENTS} clients`);
await publish(WARM_UP_SECONDS);
await ask({ kind: 'report', first: 0, last: -1 });
const outcomes = [await measured('all read')];
await ask({ kind: 'stall', port: server.port, query: QUERY });
outcomes.push(await measured('and one that reads nothing'));
await stopped(subscribers);

const failures = outcomes.reduce(
  (sum, { lost, repeated, disordered }) => sum + lost + repeated + disordered,
  0,
);
process.stdout.write(`${report()}\n`);
process.exitCode = failures === 0 ? 0 : 1;

async function measured(situation: string): Promise<Outcome> {
  const first = sequence;
  const before = { loop: mainThreadMs(server.pid), all: processorMs(server.pid) };
  const began = performance.now();
  const memoryMb = await publish(SECONDS);
  const tookMs = performance.now() - began;
  const loopShare = (mainThreadMs(server.pid) - before.loop) / tookMs;
  const serverShare = (processorMs(server.pid) - before.all) / tookMs;
  const came = (await ask({ kind: 'report', first, last: sequence - 1 })) as Came;
  progress(`${situation}: p99 ${ms(came.p99Ms)}, event loop ${digits(100 * loopShare)} % of a core`);
  return { ...came, situation, loopShare, serverShare, memoryMb };
}

/** Changes the model so often a second, each change an event. @returns the server's memory, second by second */
async function publish(seconds: number): Promise<number[]> {
  const memoryMb: number[] = [];
  const start = performance.now();
  const changes: Promise<unknown>[] = [];
  for (let index = 0; index < seconds * EVENTS_A_SECOND; index += 1) {
    await delay(Math.max(0, start + (index * 1_000) / EVENTS_A_SECOND - performance.now()));
    if (index % EVENTS_A_SECOND === 0) memoryMb.push(memoryOf([server.pid]).residentMb);
    const reason = `${sequence} ${performance.timeOrigin + performance.now()}`;
    const input = { name: 'watched', summary: `change ${sequence}`, reason };
    sequence += 1;
    // One after the other, so that their order is known.
    const last = changes.at(-1);
    changes.push(
      (async () => {
        await last;
        await server.graphql(
          'mutation ($input: UpdateModelInput!) { updateModel(input: $input) { userErrors { message } } }',
          { input },
        );
      })(),
    );
  }
  await Promise.all(changes);
  return memoryMb;
}

function report(): string {
  const thirds = (memory: readonly number[]) => {
    const third = Math.max(1, Math.floor(memory.length / 3));
    return `${mb(median(memory.slice(0, third)))} → ${mb(median(memory.slice(-third)))}`;
  };
  const [alone, beside] = outcomes;
  return [
    `## Events to ${CLIENTS} clients`,
    '',
    `${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.version}; ${EVENTS_A_SECOND} events a second for ${SECONDS} s each.`,
    '',
    table(
      [
        'clients',
        'deliveries',
        'lost, repeated, disordered',
        'p50',
        'p99',
        'worst',
        'event loop',
        'whole server',
        'memory',
      ],
      outcomes.map((outcome) => [
        outcome.situation,
        outcome.events.toLocaleString('en'),
        `${outcome.lost}, ${outcome.repeated}, ${outcome.disordered}`,
        ms(outcome.p50Ms),
        ms(outcome.p99Ms),
        ms(outcome.maxMs),
        `${digits(100 * outcome.loopShare)} % of a core`,
        `${digits(100 * outcome.serverShare)} %`,
        thirds(outcome.memoryMb),
      ]),
    ),
    '',
    table(
      ['aim', 'measured', 'wanted', 'met'],
      [
        ['p99 in ms', ...judged(alone?.p99Ms ?? NaN, { atMost: 100 })],
        [
          'p99 beside the one that reads nothing, as a multiple',
          ...judged((beside?.p99Ms ?? NaN) / (alone?.p99Ms ?? NaN), { atMost: 1.2 }),
        ],
        ['event loop, of a core', ...judged(alone?.loopShare ?? NaN, { atMost: 0.5 })],
      ],
    ),
  ].join('\n');
}
