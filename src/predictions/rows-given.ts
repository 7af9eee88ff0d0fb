import type { RowVerdict } from '../deployments/index.js';
import type { Signature } from '../tensors/index.js';
import type { Pipeline } from '../pipelines/index.js';

/**
 * What is known of rows once a pipeline fills inputs. What the graph shows holds for the values it keeps for optional
 * inputs: rows in place of those may meet.
 */
export function rowsGiven(pipeline: Pipeline, { inputs }: Signature, rows: RowVerdict): RowVerdict {
  const filled = inputs.find(
    (spec) => spec.default !== undefined && Object.hasOwn(pipeline.inputs, spec.name),
  );
  if (!filled || rows.independence === 'REFUTED') return rows;
  const reason = `The pipeline fills the optional input "${filled.name}", for whose own value alone rows were followed`;
  return { independence: 'UNPROVEN', reason };
}
