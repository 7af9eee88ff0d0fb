/** A process that sends requests: forked by LoadGenerator, so that its work never delays what it measures. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadCommand, LoadReply } from './load-messages.js';
import { Load } from './load.js';

let stop: () => void = () => undefined;

process.on('message', (command: LoadCommand) => {
  if (command.kind === 'stop') {
    stop();
    return;
  }
  const { order } = command;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const begun = () => {
    reply({ kind: 'begun' });
    if (order.durationMs !== undefined) void delay(order.durationMs).then(() => stop());
  };
  new Load(order).run(stopped, begun).then(
    (report) => reply({ kind: 'done', report }),
    (error: unknown) => reply({ kind: 'failed', message: String(error) }),
  );
});

// Whoever started this is gone.
process.on('disconnect', () => process.exit());

function reply(message: LoadReply): void {
  process.send?.(message);
}
