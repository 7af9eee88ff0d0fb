import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { expectClose, type Bench } from './bench.js';

/**
 * Deploys version 1 of a model from the command line, and asks it by tensors and by rows for what its framework answered.
 *
 * @param name of the file or folder that the version came of
 * @param input the only one of the model
 */
export async function expectServed(bench: Bench, model: string, name: string, input: string): Promise<void> {
  expect(await bench.retort('deploy', `${model}@1`)).toMatchObject({ code: 0 });
  const { rows, answers } = bench.asked(name);
  await writeFile(join(bench.folder, 'rows.json'), JSON.stringify(rows));
  const inferred = await bench.retort('infer', model, `${input}=@rows.json`, '--json');
  expect(inferred).toMatchObject({ code: 0 });
  const [output] = (JSON.parse(inferred.stdout) as { outputs: { data: number[] }[] }).outputs;
  expectClose(output?.data, answers);
  const instances = rows.map((row) => JSON.stringify({ [input]: row }));
  const predicted = await bench.retort('predict', model, ...instances, '--json');
  expect(predicted).toMatchObject({ code: 0 });
  const { predictions } = JSON.parse(predicted.stdout) as { predictions: { value: number }[] };
  expectClose(
    predictions.map(({ value }) => value),
    answers,
  );
}
