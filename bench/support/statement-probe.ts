/**
 * Loaded into the server before its own code, by --import: counts what is sent to the database, and tells on request.
 * Every statement passes through the driver's client, whoever makes it.
 */
import { isMainThread } from 'node:worker_threads';
import pg from 'pg';
import type { ProbeCommand } from './retort-server.js';

type Query = (this: pg.Client, ...given: unknown[]) => unknown;

if (isMainThread && /[\\/]main\.js$/.test(process.argv[1] ?? '')) {
  const client = pg.Client.prototype as unknown as { query: Query };
  const { query } = client;
  let sent = 0;
  client.query = function (...given) {
    sent += 1;
    return query.apply(this, given);
  };
  process.on('message', (command: ProbeCommand) => {
    if (command === 'statements') process.send?.(sent);
  });
}
