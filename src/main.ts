import { setFlagsFromString } from 'node:v8';
import type { App } from './app.js';
import { banner } from './banner.js';
import { readConfig, unknownSettings } from './platform/config.js';
import { StartupError } from './platform/errors.js';
import { createLogger } from './platform/logging.js';

/** Bytes of a function's code that run before it is compiled well; V8's own measure is 1.8 million in Node 20, and 13 million since Node 22. */
const WASM_TIERING_BUDGET = 60_000_000;

try {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  for (const problem of unknownSettings()) logger.warn(problem);
  // PostgreSQL and RDKit are WebAssembly, and Node 20 compiles a second time, and well, what has run for as little as a
  // millisecond: nearly half the work of a start. What is used goes on to be compiled well, a moment later.
  setFlagsFromString(`--wasm-tiering-budget=${WASM_TIERING_BUDGET}`);
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
