import type { TensorSpace } from '../tensors/tensor-space.js';

/** Where the gradient of the explained number comes from. */
export interface GradientSource {
  /** As a sentence. */
  readonly description: string;
  /** Rows of the model that one gradient costs, for so many numbers that matter. */
  rowsFor(places: number): number;
  /**
   * The derivatives of the explained number by the numbers of each row.
   *
   * @param places of the numbers that matter; the derivatives by others are 0
   * @returns for each row a vector as wide as it
   * @throws what asking the model throws
   */
  gradients(rows: readonly Float64Array[], places: readonly number[]): Promise<Float64Array[]>;
}

/**
 * Central differences, the rows of a batch after each other: f(x + h) − f(x − h) over what the two inputs really differ by.
 * Numbers of float32 move by the cube root of their rounding unit (W. H. Press et al., Numerical Recipes, §5.7), where the
 * error of rounding and that of the difference meet: some 1e-5 of the derivative's scale, 1e-10 for float64.
 */
export class NumericGradients implements GradientSource {
  readonly description: string;

  /** @param reason why there is no other way, as a clause */
  constructor(
    private readonly parts: {
      readonly space: TensorSpace;
      /** How far each number moves at most on the way: the scale of its step. */
      readonly spans: Float64Array;
      readonly evaluate: (rows: readonly Float64Array[]) => Promise<Float64Array>;
    },
    reason: string,
  ) {
    this.description = `Gradients are numeric, by central differences in batches: ${reason}.`;
  }

  rowsFor(places: number): number {
    return 2 * places;
  }

  async gradients(rows: readonly Float64Array[], places: readonly number[]): Promise<Float64Array[]> {
    const gradients: Float64Array[] = [];
    for (const row of rows) {
      const asked: Float64Array[] = [];
      const widths: number[] = [];
      for (const place of places) {
        const [below, above] = this.neighbours(place, row[place] ?? 0);
        for (const value of [below, above]) {
          const moved = row.slice();
          moved[place] = value;
          asked.push(moved);
        }
        widths.push(above - below);
      }
      const answers = await this.parts.evaluate(asked);
      const gradient = new Float64Array(row.length);
      for (const [index, place] of places.entries())
        gradient[place] =
          ((answers[2 * index + 1] ?? NaN) - (answers[2 * index] ?? NaN)) / (widths[index] ?? NaN);
      gradients.push(gradient);
    }
    return gradients;
  }

  /** Two numbers that the datatype holds exactly. */
  private neighbours(place: number, value: number): [number, number] {
    const datatype = this.parts.space.inputs.find(({ from, width }) => place >= from && place < from + width)?.datatype; // prettier-ignore
    const scale = Math.max(Math.abs(value), this.parts.spans[place] ?? 0, Number.MIN_VALUE);
    if (datatype === 'FP64') return [value - 6e-6 * scale, value + 6e-6 * scale];
    const step = (datatype === 'FP16' ? 0.08 : 4e-3) * scale;
    return [Math.fround(value - step), Math.fround(value + step)];
  }
}
