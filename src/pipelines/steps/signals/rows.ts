import {
  dense,
  isNumbers,
  type NumberKind,
  StepFault,
  type StepRun,
  type ValueKind,
} from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { SpectrumFault } from '../../spectra/spectrum.js';

/** Rows of numbers at equal distances, as `resample` makes them. @throws StepFault */
export function gridOf([kind]: readonly ValueKind[]): NumberKind {
  if (kind === undefined || !isNumbers(kind) || kind.shape.length !== 1 || kind.shape[0] === -1)
    throw new StepFault([], 'needs rows of as many numbers each; "resample" makes them of a spectrum');
  return kind;
}

/** Runs a function over each row of numbers; what it refuses is that row's error. */
export function rowByRow(apply: (row: Float64Array) => ArrayLike<number>): StepRun {
  return ([values], context) => {
    if (values?.form !== 'dense') throw new Error('Expected numbers of one shape');
    const { data, width } = values;
    const result = new Float64Array(data.length);
    for (let row = 0; row < context.rows; row++)
      attempt(row, context, () => {
        result.set(apply(Float64Array.from(data.subarray(row * width, (row + 1) * width))), row * width);
      });
    return dense(width, result);
  };
}

/** Tells a fault of one spectrum by its row. */
export function attempt(
  row: number,
  context: { fail(row: number, error: RowError): void },
  run: () => void,
): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SpectrumFault)) throw error;
    context.fail(row, new RowError('INVALID_SPECTRUM', error.message));
  }
}
