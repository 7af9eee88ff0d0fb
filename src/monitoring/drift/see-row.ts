import type { AnsweredRequest } from '../../inference/index.js';
import { tensorColumns, type Pipeline, type Prediction, type TensorColumns } from '../../pipelines/index.js';
import type { Tensor } from '../../tensors/index.js';
import type { SeenRow } from './live-counts.js';
import { observePrediction } from './observe-prediction.js';
import { observeTensors } from './observe-tensors.js';
import { keyOf, type Observe, type Observed } from './quantity.js';
import type { Reference } from './reference.js';

const NO_COLUMNS: { readonly [role in 'inputs' | 'outputs']: Readonly<Record<string, TensorColumns>> } = {
  inputs: {},
  outputs: {},
};

/** Finds in a request's row what a reference speaks of. */
export class RowView {
  private readonly places: ReadonlyMap<string, number>;
  private readonly columns: typeof NO_COLUMNS;

  constructor(
    reference: Reference,
    private readonly pipeline: Pipeline | null,
  ) {
    this.places = new Map(reference.features.map((feature, place) => [keyOf(feature), place]));
    this.columns = pipeline ? tensorColumns(pipeline) : NO_COLUMNS;
  }

  /** Null for a row of which there is nothing to see. Called while what was asked can still be had. */
  see({ operation, value, quantities, asked, rows }: AnsweredRequest, row: number): SeenRow | null {
    const values: (Observed | undefined)[] = [];
    const observe: Observe = (quantity, seen) => {
      const place = this.places.get(keyOf(quantity));
      if (place !== undefined) values[place] = seen;
    };
    if (operation === 'predict') {
      const prediction = (value as readonly Prediction[])[row];
      if (prediction === undefined || this.pipeline === null) return null;
      const found = quantities?.[row] ?? null;
      observePrediction(this.pipeline, found, prediction, observe);
      return { operation: 'PREDICT', values, read: found !== null };
    }
    const question = asked();
    if (question.operation !== 'INFER') return null;
    observeTensors('INPUT', question.inputs, { row, rows }, this.columns.inputs, observe);
    observeTensors('OUTPUT', value as readonly Tensor[], { row, rows }, this.columns.outputs, observe);
    return { operation: 'INFER', values, read: true };
  }
}
