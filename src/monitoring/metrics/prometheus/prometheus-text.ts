import type { InferenceService } from '../../../inference/index.js';
import type { MetricsService } from '../metrics-service.js';
import { Exposition } from './exposition.js';
import { writeProcessMetrics } from './process-metrics.js';
import { writeRetortMetrics } from './retort-metrics.js';
import { writeTritonMetrics } from './triton-metrics.js';

/** What `/metrics` answers with, as Prometheus asks for it. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Everything that is counted since the start, and what is held now, for Prometheus. Reads no database.
 *
 * @param metrics null where requests are not measured: Triton's names and the process's are there all the same
 */
export function prometheusText(
  inference: Pick<InferenceService, 'statistics' | 'pending'>,
  metrics: MetricsService | null,
): string {
  const to = new Exposition();
  const live = metrics?.live() ?? null;
  if (live) writeRetortMetrics(to, live);
  writeTritonMetrics(to, inference.statistics(), inference.pending(), live);
  writeProcessMetrics(to, metrics?.eventLoopDelay() ?? null);
  return to.text();
}
