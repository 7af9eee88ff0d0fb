import type { PreparedInstance } from '../../pipelines/index.js';

/** All numbers that the model gets of an instance, input by input in the order of their names. */
export function instanceVector({ values }: Pick<PreparedInstance, 'values'>): Float64Array {
  const names = Object.keys(values).sort();
  const length = names.reduce((sum, name) => sum + (values[name]?.data.length ?? 0), 0);
  const vector = new Float64Array(length);
  let at = 0;
  for (const name of names) {
    const data = values[name]?.data ?? [];
    vector.set(data, at);
    at += data.length;
  }
  return vector;
}
