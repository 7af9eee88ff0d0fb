/**
 * Loaded into the server before its own code, by --import: tells on request how late its event loop was, and ends the
 * server when the bench is gone. Until asked it does nothing.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { LoopDelay, ProbeCommand } from './retort-server.js';

const RESOLUTION_MS = 1;

// Threads and child processes of the server load it as well, and have no business with the bench.
if (isMainThread && /[\\/]main\.js$/.test(process.argv[1] ?? '')) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  process.on('message', (command: ProbeCommand) => {
    if (command === 'watch') {
      delays.reset();
      delays.enable();
      return;
    }
    if (command !== 'report') return;
    delays.disable();
    // Each value is the time between two ticks of a timer.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const report: LoopDelay = {
      p50Ms: late(delays.percentile(50)),
      p99Ms: late(delays.percentile(99)),
      maxMs: late(delays.max),
    };
    process.send?.(report);
  });
  process.on('disconnect', () => process.exit());
  // Listening must not keep a server from ending by itself.
  process.channel?.unref();
}
