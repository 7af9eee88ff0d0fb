import { fromHalf } from '../../tensors/index.js';
import type { TensorSpace } from '../tensors/tensor-space.js';
import { gradientOutput } from './gradient-graph.js';
import type { GradientModel } from './gradient-models.js';
import type { GradientSource } from './gradient-source.js';

/** Rows of one run: what waits behind it waits for a moment only. */
const ROWS_A_RUN = 32;

/** Gradients by a gradient graph, as exact as the runtime calculates. */
export class GraphGradients implements GradientSource {
  readonly description: string;

  constructor(
    private readonly space: TensorSpace,
    private readonly loaded: GradientModel,
    private readonly parts: {
      readonly pause: () => Promise<void>;
      readonly take: (rows: number) => void;
      readonly signal: AbortSignal;
    },
  ) {
    this.description = `Gradients are analytic, by a gradient graph made of the model${loaded.rowsProven && space.isStacked ? '' : ', one row at a time'}.`;
  }

  rowsFor(): number {
    return 1;
  }

  async gradients(rows: readonly Float64Array[]): Promise<Float64Array[]> {
    const { space, loaded, parts } = this;
    const together = loaded.rowsProven && space.isStacked ? ROWS_A_RUN : 1;
    const names = space.inputs.map((_, place) => gradientOutput(place));
    const gradients: Float64Array[] = [];
    for (let from = 0; from < rows.length; from += together) {
      const some = rows.slice(from, from + together);
      parts.signal.throwIfAborted();
      parts.take(some.length);
      await parts.pause();
      const { outputs } = await loaded.model.run(space.tensors(some), names);
      for (const [row] of some.entries()) {
        const gradient = new Float64Array(space.width);
        for (const [place, { from: at, width }] of space.inputs.entries()) {
          const output = outputs[place];
          for (let index = 0; index < width; index += 1) {
            const value = Number(output?.data[row * width + index]);
            gradient[at + index] = output?.datatype === 'FP16' ? fromHalf(value) : value;
          }
        }
        gradients.push(gradient);
      }
    }
    return gradients;
  }
}
