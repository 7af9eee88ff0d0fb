import type { AnsweredRequest } from '../../inference/index.js';
import { tensorColumns, type Pipeline, type Prediction, type TensorColumns } from '../../pipelines/index.js';
import type { RawTensor, Tensor } from '../../tensors/index.js';
import type { SeenRow } from './live-counts.js';
import { observePrediction } from './observe-prediction.js';
import { quantitiesOfTensor, tensorRows, valuesOfTensor, type TensorRow } from './observe-tensors.js';
import { keyOf, type Observed } from './quantity.js';
import type { Reference } from './reference.js';

type Columns = Readonly<Record<string, TensorColumns>>;
type Values = (Observed | undefined)[];

/** Sizes of rows differ from request to request where a graph leaves them open; so many are remembered. */
const MAX_LAYOUTS = 256;

/** Finds in a request's row what a reference speaks of. */
export class RowView {
  private readonly places: ReadonlyMap<string, number>;
  /** Of quantities and fields, and of results, by their names alone. */
  private readonly found = new Map<string, number>();
  private readonly results = new Map<string, number>();
  /** By role, name and size of a tensor's row. */
  private readonly layouts = new Map<string, readonly (number | undefined)[]>();
  private readonly columns: { readonly inputs: Columns; readonly outputs: Columns };

  constructor(
    reference: Reference,
    private readonly pipeline: Pipeline | null,
  ) {
    this.places = new Map(reference.features.map((feature, place) => [keyOf(feature), place]));
    for (const [place, { operation, role, name }] of reference.features.entries())
      if (operation === 'PREDICT') (role === 'OUTPUT' ? this.results : this.found).set(name, place);
    this.columns = pipeline ? tensorColumns(pipeline) : { inputs: {}, outputs: {} };
  }

  /** Null for a row of which there is nothing to see. Called while what was asked can still be had. */
  see({ operation, value, quantities, asked, rows }: AnsweredRequest, row: number): SeenRow | null {
    const values: Values = [];
    if (operation === 'predict') {
      const prediction = (value as readonly Prediction[])[row];
      if (prediction === undefined || this.pipeline === null) return null;
      const found = quantities?.[row] ?? null;
      observePrediction(found, prediction, {
        quantity: (name, seen) => put(values, this.found.get(name), seen),
        result: (name, seen) => put(values, this.results.get(name), seen),
      });
      return { operation: 'PREDICT', values, read: found !== null };
    }
    const question = asked();
    if (question.operation !== 'INFER') return null;
    this.seeTensors('INPUT', question.inputs, { row, rows }, values);
    this.seeTensors('OUTPUT', value as readonly Tensor[], { row, rows }, values);
    return { operation: 'INFER', values, read: true };
  }

  private seeTensors(
    role: 'INPUT' | 'OUTPUT',
    tensors: readonly (RawTensor | Tensor)[],
    at: { readonly row: number; readonly rows: number },
    values: Values,
  ): void {
    for (const tensor of tensorRows(tensors, at)) {
      const layout = this.layoutOf(role, tensor);
      valuesOfTensor(tensor, (index, seen) => put(values, layout[index], seen));
    }
  }

  private layoutOf(role: 'INPUT' | 'OUTPUT', tensor: TensorRow): readonly (number | undefined)[] {
    const key = `${role} ${tensor.size} ${tensor.name}`;
    const known = this.layouts.get(key);
    if (known) return known;
    const columns = (role === 'INPUT' ? this.columns.inputs : this.columns.outputs)[tensor.name];
    const layout = quantitiesOfTensor(role, tensor, columns).map((quantity) =>
      this.places.get(keyOf(quantity)),
    );
    if (this.layouts.size < MAX_LAYOUTS) this.layouts.set(key, layout);
    return layout;
  }
}

function put(values: Values, place: number | undefined, seen: Observed): void {
  if (place !== undefined) values[place] = seen;
}
