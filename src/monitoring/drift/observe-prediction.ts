import type { JsonValue, Prediction } from '../../pipelines/index.js';
import { MAX_PLACES, observed, type Observed } from './quantity.js';

/** Takes what is seen of one instance. */
export interface InstanceSink {
  /** What the pipeline found of it. */
  quantity(name: string, value: Observed): void;
  /** A result, or a part of one. */
  result(name: string, value: Observed, unit: string | null): void;
}

/**
 * What is seen of one instance: the numbers its pipeline found, and each of its results.
 *
 * @param quantities null when it could not be read: of the instance nothing is seen then
 */
export function observePrediction(
  quantities: Readonly<Record<string, number>> | null,
  { results }: Pick<Prediction, 'results'>,
  sink: InstanceSink,
): void {
  if (quantities !== null)
    for (const name of Object.keys(quantities)) sink.quantity(name, observed(quantities[name]));
  for (const { name, value, unit } of results) observeResult(name, value, unit, sink);
}

/** Lists by their places, objects by their keys. */
function observeResult(name: string, value: JsonValue, unit: string | null, sink: InstanceSink): void {
  if (Array.isArray(value)) {
    for (const [place, entry] of (value as readonly JsonValue[]).slice(0, MAX_PLACES).entries())
      observeResult(`${name}[${place}]`, entry, unit, sink);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) observeResult(`${name}.${key}`, entry, unit, sink);
    return;
  }
  sink.result(name, observed(value), unit);
}
