import { writeFile } from 'node:fs/promises';
import { tensorBytes, type Tensor } from '../../tensors/index.js';
import type { PreparedSample } from '../samples/prepared-sample.js';
import type { WrittenRun, WrittenTensor } from './python-step.js';

/** @param path of the file that a tensor of this number gets */
export async function writeTensors(
  tensors: readonly Tensor[],
  path: (number: number) => string,
): Promise<WrittenTensor[]> {
  return Promise.all(
    tensors.map(async (tensor, number) => {
      const file = path(number);
      await writeFile(file, tensorBytes(tensor));
      const { name, datatype, shape } = tensor;
      return { name, datatype, shape, file };
    }),
  );
}

/** A sample as files: all rows in one run where they can be stacked, else a run for each. */
export async function writeSample(
  sample: PreparedSample,
  path: (name: string) => string,
): Promise<WrittenRun[]> {
  if (sample.isStacked) {
    const inputs = await writeTensors(sample.tensors(0, sample.rows), (number) => path(`all-${number}.bin`));
    return [{ inputs, rows: sample.rows, stacked: true }];
  }
  const runs: WrittenRun[] = [];
  for (let row = 0; row < sample.rows; row += 1) {
    const inputs = await writeTensors(sample.tensors(row, row + 1), (number) => path(`${row}-${number}.bin`));
    runs.push({ inputs, rows: 1, stacked: false });
  }
  return runs;
}
