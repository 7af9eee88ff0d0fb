import type { VersionRecord } from '../../catalog/index.js';
import type { NewEvent } from '../../platform/events/index.js';
import type { Evaluation } from './evaluation.js';

/** Metrics that a message has room for. */
const MOST_TOLD = 3;

/** A version was measured: the metrics with it, so that who hears of it need not ask. */
export function versionEvaluated(version: VersionRecord, evaluation: Evaluation): NewEvent {
  const { dataset, result, rows, failed, metrics, schedule, jobId, createdBy } = evaluation;
  const told = metrics.slice(0, MOST_TOLD).map(({ name, value, unit, interval }) => {
    const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
    const range = interval === null ? '' : ` (${brief(interval.low)} to ${brief(interval.high)})`;
    return `${name} ${brief(value)}${measure}${range}`;
  });
  const why = schedule === null ? '' : `, as schedule ${schedule} asks`;
  return {
    kind: 'VERSION_EVALUATED',
    message: `${version.ref} was measured on ${rows - failed} rows of "${dataset}"${why}: ${told.join(', ')}`,
    actor: createdBy,
    model: { id: version.modelId, name: version.modelName },
    version: { id: version.id, number: version.number },
    data: {
      dataset,
      result,
      rows,
      failed,
      schedule,
      job: jobId,
      metrics: metrics.map(({ name, value, unit, interval, higherIsBetter }) => ({
        name,
        value,
        unit,
        higherIsBetter,
        interval: interval && { ...interval },
      })),
    },
  };
}

function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}
