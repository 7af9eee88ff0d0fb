import type { MetricInput } from '../example.js';

/** Four decimals: more would say something about the machine, not about the model. */
export function metric(
  name: string,
  value: number,
  unit: string,
  dataset: string,
  higherIsBetter?: boolean,
): MetricInput {
  return {
    name,
    value: Number(value.toFixed(4)),
    unit,
    dataset,
    ...(higherIsBetter === undefined ? {} : { higherIsBetter }),
  };
}
