/** A symmetric positive definite matrix, factored as L·Lᵀ, row-major. */
export class Cholesky {
  private constructor(
    private readonly lower: Float64Array,
    readonly size: number,
  ) {}

  /** @returns null where the matrix is not positive definite up to rounding */
  static of(matrix: Float64Array, size: number): Cholesky | null {
    const lower = Float64Array.from(matrix);
    let largest = 0;
    for (let row = 0; row < size; row += 1) largest = Math.max(largest, matrix[row * size + row] ?? 0);
    for (let column = 0; column < size; column += 1) {
      for (let row = column; row < size; row += 1) {
        let sum = lower[row * size + column] ?? 0;
        for (let k = 0; k < column; k += 1)
          sum -= (lower[row * size + k] ?? 0) * (lower[column * size + k] ?? 0);
        if (row === column) {
          if (!(sum > largest * 1e-12)) return null;
          lower[row * size + column] = Math.sqrt(sum);
        } else lower[row * size + column] = sum / (lower[column * size + column] ?? 1);
      }
    }
    return new Cholesky(lower, size);
  }

  /** Solves A·x = b. */
  solve(b: ArrayLike<number>): Float64Array {
    const { lower, size } = this;
    const x = this.forward(b);
    for (let row = size - 1; row >= 0; row -= 1) {
      let sum = x[row] ?? 0;
      for (let k = row + 1; k < size; k += 1) sum -= (lower[k * size + row] ?? 0) * (x[k] ?? 0);
      x[row] = sum / (lower[row * size + row] ?? 1);
    }
    return x;
  }

  /** bᵀ·A⁻¹·b. */
  quadratic(b: ArrayLike<number>): number {
    return this.forward(b).reduce((sum, value) => sum + value * value, 0);
  }

  private forward(b: ArrayLike<number>): Float64Array {
    const { lower, size } = this;
    const y = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      let sum = b[row] ?? 0;
      for (let k = 0; k < row; k += 1) sum -= (lower[row * size + k] ?? 0) * (y[k] ?? 0);
      y[row] = sum / (lower[row * size + row] ?? 1);
    }
    return y;
  }
}
