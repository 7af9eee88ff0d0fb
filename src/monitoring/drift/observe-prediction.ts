import { describeQuantity, type JsonValue, type Pipeline, type Prediction } from '../../pipelines/index.js';
import { MAX_PLACES, observed, type Observe } from './quantity.js';

/**
 * What is seen of one instance: the numbers its pipeline found, and each of its results.
 *
 * @param quantities null when it could not be read: of the instance nothing is seen then
 */
export function observePrediction(
  pipeline: Pipeline,
  quantities: Readonly<Record<string, number>> | null,
  prediction: Pick<Prediction, 'results'>,
  observe: Observe,
): void {
  for (const [name, value] of Object.entries(quantities ?? {})) {
    const { isField, unit } = describeQuantity(pipeline, name);
    observe({ operation: 'PREDICT', role: isField ? 'INPUT' : 'QUANTITY', name, unit }, observed(value));
  }
  for (const { name, value, unit } of prediction.results) observeResult(name, value, unit, observe);
}

/** Lists by their places, objects by their keys. */
function observeResult(name: string, value: JsonValue, unit: string | null, observe: Observe): void {
  if (Array.isArray(value)) {
    for (const [place, entry] of (value as readonly JsonValue[]).slice(0, MAX_PLACES).entries())
      observeResult(`${name}[${place}]`, entry, unit, observe);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) observeResult(`${name}.${key}`, entry, unit, observe);
    return;
  }
  observe({ operation: 'PREDICT', role: 'OUTPUT', name, unit }, observed(value));
}
