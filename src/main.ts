import type { App } from './app.js';
import { banner } from './banner.js';
import { readConfig, unknownSettings } from './platform/config.js';
import { StartupError } from './platform/errors.js';
import { createLogger } from './platform/logging.js';

try {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  for (const problem of unknownSettings()) logger.warn(problem);
  // Only now: a wrong setting is told before everything else is loaded.
  const { startApp } = await import('./app.js');
  const app = await startApp(config, logger);
  stopOn(['SIGTERM', 'SIGINT'], app);
  await app.ready.catch(() => undefined);
  process.stdout.write(banner(app, config));
} catch (error) {
  if (error instanceof StartupError) process.stderr.write(`Retort cannot start. ${error.message}\n`);
  else
    process.stderr.write(
      `Retort cannot start: an unexpected error.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(1);
}

/** The first signal drains, a second one leaves at once. */
function stopOn(signals: readonly NodeJS.Signals[], app: App): void {
  let stopping = false;
  for (const signal of signals) {
    process.on(signal, () => {
      // process.exit waits for a native run to end; who asks twice does not want to wait.
      if (stopping) process.kill(process.pid, 'SIGKILL');
      stopping = true;
      app.close().then(
        // process.exit would wait for a thread in an endless run; everything that can be saved is saved.
        (clean) => (clean ? process.exit(0) : process.kill(process.pid, 'SIGKILL')),
        () => process.exit(1),
      );
    });
  }
}
