/** Many clients of graphql-transport-ws in one process, as cheap as clients can be. Forked by bench/events.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { percentile } from '../support/statistics.js';
import type { SubscriberOrder, SubscriberReport } from './subscriber-messages.js';

/** A reason is "<sequence number> <when it was sent, in milliseconds>". */
const REASON = /"reason":"(\d+) (\d+(?:\.\d+)?)"/;

interface Client {
  /** How often each event came, by its sequence number. */
  counts: Map<number, number>;
  last: number;
  disordered: number;
}

const clients: Client[] = [];
let delays: number[] = [];
let cameLast = performance.now();

process.on('message', (order: SubscriberOrder) => void obey(order));
process.on('disconnect', () => process.exit());

async function obey(order: SubscriberOrder): Promise<void> {
  if (order.kind === 'report') {
    // What is on its way comes within a moment; what never comes is lost.
    while (performance.now() - cameLast < 1_000) await delay(100);
    send(report(order.first, order.last));
    return;
  }
  if (order.kind === 'stall') {
    const socket = await subscribed(order.port, order.query, () => undefined);
    socket.pause();
  } else {
    for (let index = 0; index < order.clients; index += 1) {
      const client: Client = { counts: new Map(), last: -1, disordered: 0 };
      clients.push(client);
      await subscribed(order.port, order.query, (text) => take(client, text));
    }
  }
  send({ kind: 'opened' });
}

function subscribed(port: number, query: string, onNext: (text: string) => void): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', (code) => {
      throw new Error(`The server closed a socket with ${code}`);
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1');
      if (text.includes('"type":"next"')) onNext(text);
      else if (text.includes('"connection_ack"')) {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        resolve(socket);
      }
    });
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
  });
}

function take(client: Client, text: string): void {
  const [, sequence, sentAt] = REASON.exec(text) ?? [];
  if (sequence === undefined || sentAt === undefined) return;
  const now = performance.timeOrigin + performance.now();
  cameLast = performance.now();
  delays.push(now - Number(sentAt));
  const number = Number(sequence);
  client.counts.set(number, (client.counts.get(number) ?? 0) + 1);
  if (number < client.last) client.disordered += 1;
  client.last = Math.max(client.last, number);
}

function report(first: number, last: number): SubscriberReport {
  let [lost, repeated, disordered] = [0, 0, 0];
  for (const client of clients) {
    for (let number = first; number <= last; number += 1) {
      const count = client.counts.get(number) ?? 0;
      if (count === 0) lost += 1;
      if (count > 1) repeated += count - 1;
    }
    disordered += client.disordered;
    client.counts = new Map();
    client.disordered = 0;
  }
  const sorted = Float64Array.from(delays).sort();
  delays = [];
  const { user, system } = process.cpuUsage();
  return {
    kind: 'came',
    events: sorted.length,
    lost,
    repeated,
    disordered,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? NaN,
    processorMs: (user + system) / 1_000,
  };
}

function send(message: SubscriberReport): void {
  process.send?.(message);
}
