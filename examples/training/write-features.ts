import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InstanceReader, MoleculeWorker, parsePipeline } from '../../src/pipelines/index.js';
import { trainingSets, type TrainingSet } from './training-sets.js';

// `node dist/examples/training/write-features.js FOLDER` writes what the models are trained on, as `npm run examples:train`
// asks for: a CSV file per model with the row's instance, what was measured, and the numbers that the model's own pipeline
// makes of the instance. So a model is trained on what it is given when it serves.
const [, , folder] = process.argv;
if (folder === undefined) throw new Error('Expected the folder to write to: write-features.js FOLDER');
await mkdir(folder, { recursive: true });
const molecules = new MoleculeWorker();
try {
  const reader = new InstanceReader({ molecules });
  for (const set of trainingSets)
    await writeFile(join(folder, `${set.model}.csv`), await features(set, reader));
} finally {
  await molecules.close();
}

async function features(set: TrainingSet, reader: InstanceReader): Promise<string> {
  const measured = await set.rows();
  const batch = await reader.prepare(
    parsePipeline(set.pipeline, set.signature),
    measured.map(({ instance }) => instance),
    { endsAt: Infinity },
  );
  for (const [place, { message }] of batch.errors) throw new Error(`Row ${place + 1}: ${message}`);
  const lines = measured.map(({ instance, target }, row) => ({
    ...Object.fromEntries(
      Object.entries(instance).map(([field, value]): [string, unknown] => [`instance.${field}`, value]),
    ),
    target,
    ...Object.fromEntries(
      batch
        .tensors(row, row + 1)
        .flatMap(({ name, data }) =>
          Array.from<unknown, [string, unknown]>(data as ArrayLike<unknown>, (value, column) => [
            `${name}.${column}`,
            value,
          ]),
        ),
    ),
  }));
  const [first = {}] = lines;
  return [Object.keys(first), ...lines.map((line) => Object.values(line))].map(csvLine).join('');
}

/** Text and whole numbers of 64 bits as they are; numbers, lists and objects as JSON, as `predict` and files of rows take them. */
function csvLine(fields: readonly unknown[]): string {
  const cells = fields.map((field) =>
    typeof field === 'string' || typeof field === 'bigint' ? String(field) : JSON.stringify(field),
  );
  return `${cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
