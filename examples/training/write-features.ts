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
  for (const set of trainingSets) await writeFile(join(folder, `${set.model}.csv`), await features(set, reader));
} finally {
  await molecules.close();
}

async function features({ pipeline, signature, rows }: TrainingSet, reader: InstanceReader): Promise<string> {
  const measured = await rows();
  const prepared = await reader.read(
    parsePipeline(pipeline, signature),
    measured.map(({ instance }) => instance),
    { endsAt: Infinity },
  );
  const lines = prepared.map((row, index) => {
    const { instance = {}, target } = measured[index] ?? {};
    if ('code' in row) throw new Error(`Row ${index + 1}, ${JSON.stringify(instance)}: ${row.message}`);
    return {
      ...Object.fromEntries(Object.entries(instance).map(([field, value]) => [`instance.${field}`, value])),
      target,
      ...Object.fromEntries(
        Object.entries(row.values).flatMap(([input, { data }]) =>
          Array.from(data, (value, column) => [`${input}.${column}`, value]),
        ),
      ),
    };
  });
  const [first = {}] = lines;
  return [Object.keys(first), ...lines.map((line) => Object.values(line))].map(csvLine).join('');
}

function csvLine(fields: readonly unknown[]): string {
  return `${fields.map((field) => (/[",\n]/.test(String(field)) ? `"${String(field).replaceAll('"', '""')}"` : String(field))).join(',')}\n`;
}
