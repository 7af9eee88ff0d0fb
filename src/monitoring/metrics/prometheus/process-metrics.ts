import { readdirSync } from 'node:fs';
import type { LatencySummary } from '../records.js';
import type { Exposition } from './exposition.js';

const MICROSECONDS = 1e6;
const MS_PER_SECOND = 1_000;

/** What the server's own process takes, under the names that exporters of Node share. */
export function writeProcessMetrics(to: Exposition, loopDelay: LatencySummary | null): void {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  const counter = (name: string, help: string, value: number) =>
    to.family(name, 'counter', help).sample(name, {}, value);
  const gauge = (name: string, help: string, value: number) =>
    to.family(name, 'gauge', help).sample(name, {}, value);

  counter('process_cpu_user_seconds_total', 'User CPU time spent in seconds.', user / MICROSECONDS);
  counter('process_cpu_system_seconds_total', 'System CPU time spent in seconds.', system / MICROSECONDS);
  counter(
    'process_cpu_seconds_total',
    'Total user and system CPU time spent in seconds.',
    (user + system) / MICROSECONDS,
  );
  gauge(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    Math.round(Date.now() / MS_PER_SECOND - process.uptime()),
  );
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', memory.rss);
  const files = openFiles();
  if (files !== null) gauge('process_open_fds', 'Number of open file descriptors.', files);
  gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', memory.heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.', memory.heapUsed);
  gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', memory.external);
  if (loopDelay !== null)
    for (const part of ['mean', 'p50', 'p90', 'p99', 'max'] as const)
      gauge(
        `nodejs_eventloop_lag_${part}_seconds`,
        `How late timers came in the last minute: ${part}.`,
        (loopDelay[part] ?? 0) / MS_PER_SECOND,
      );
  to.family('nodejs_version_info', 'gauge', 'Node.js version info.').sample(
    'nodejs_version_info',
    { version: process.version },
    1,
  );
}

/** Null where the system does not tell. */
function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}
