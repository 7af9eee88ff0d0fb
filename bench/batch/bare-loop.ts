import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { ExampleVersion } from '../../examples/index.js';
import { FieldReader, openRows, textRows, type FieldWish } from '../../src/datafiles/index.js';
import type { VersionRecord } from '../../src/catalog/index.js';
import { InstanceReader, MoleculeWorker, parsePipeline, type Pipeline } from '../../src/pipelines/index.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { fitVersion, Judge, preparedRows } from '../../src/reliability/index.js';
import { PipelineRunner } from '../../src/predictions/index.js';
import type { DataType, Signature, Tensor, TensorSpec } from '../../src/tensors/index.js';

const ROWS_A_RUN = 1_024;
const ANSWERED = ['value', 'unit', 'low', 'high', 'inside', 'warnings', 'error'];
const TYPES: Readonly<Record<string, DataType>> = {
  float32: 'FP32',
  float64: 'FP64',
  int64: 'INT64',
  int32: 'INT32',
};

/**
 * The steps of a batch prediction and nothing else: reads a table, prepares instances, runs the graph on a thousand rows at a
 * time, gives the numbers their meaning, their interval and their domain, and writes a table. No server, queue, batcher, database or durable file.
 *
 * @returns seconds from opening the table to the last byte
 */
export async function bareLoop(
  version: ExampleVersion,
  files: { readonly from: string; readonly to: string },
  wishes: readonly FieldWish[],
): Promise<number> {
  const session = await InferenceSession.create(Buffer.from(version.build()));
  const pipeline = parsePipeline(version.pipeline, signatureOf(session));
  const molecules = new MoleculeWorker();
  const instances = new InstanceReader({ molecules });
  const runner = new PipelineRunner({ instances });
  await instances.warmUp(pipeline);
  const judge = await judgeOf(version, pipeline, { reader: instances, molecules });
  try {
    const began = performance.now();
    const rows = openRows(files.from, { format: 'CSV' });
    const description = await rows.describe();
    const reader = new FieldReader(description, wishes);
    const output = createWriteStream(files.to);
    const columns = [...(description.columns ?? []), ...ANSWERED];
    const text = textRows('CSV', columns);
    output.write(text.header);
    const answer = async (chunk: readonly Readonly<Record<string, unknown>>[]) => {
      const asked = chunk.map((row) => reader.read(row));
      let prepared: ReturnType<typeof preparedRows> = [];
      const predictions = await runner.predict(pipeline, asked, (inputs) => run(session, inputs), {
        rows: { independence: 'PROVEN', reason: null },
        endsAt: Infinity,
        onPrepared: (batch) => (prepared = preparedRows(batch)),
      });
      const marks = await judge.mark(asked, prepared, predictions);
      const written = judge
        .judged(predictions, marks, { level: 0.9, policy: 'WARN' })
        .map(({ value, unit, interval, domain, warnings, error }, index) =>
          text.rowWith(chunk[index] ?? {}, [
            value,
            unit,
            interval?.low ?? null,
            interval?.high ?? null,
            domain?.inside ?? null,
            warnings.map(({ code, message }) => `${code}: ${message}`).join('; '),
            error?.code ?? null,
          ]),
        )
        .join('');
      if (!output.write(written)) await once(output, 'drain');
    };
    let chunk: Readonly<Record<string, unknown>>[] = [];
    for await (const batch of rows.batches())
      for (const each of batch) {
        if (each.row !== undefined) chunk.push(each.row);
        if (chunk.length < ROWS_A_RUN) continue;
        await answer(chunk);
        chunk = [];
      }
    if (chunk.length > 0) await answer(chunk);
    output.end();
    await once(output, 'finish');
    return (performance.now() - began) / 1_000;
  } finally {
    await molecules.close();
    await session.release();
  }
}

/** What the version's own data says of its predictions, as the server has it. */
async function judgeOf(
  { outOfFold }: ExampleVersion,
  pipeline: Pipeline,
  parts: { readonly reader: InstanceReader; readonly molecules: MoleculeWorker },
): Promise<Judge> {
  if (outOfFold === undefined) throw new Error('Expected a version with rows to judge by');
  const path = join(packageRoot, 'examples/models', outOfFold);
  const rows = {
    digest: '',
    format: 'CSV',
    columns: {},
    target: 'measured',
    predicted: 'predicted_1',
    options: {},
  };
  const version = {
    id: 'bare',
    artifactDigest: `sha256:${'0'.repeat(64)}`,
    disclosesTraining: false,
    attachments: [
      { role: 'TRAINING', ...rows },
      { role: 'CALIBRATION', ...rows },
    ],
  } as unknown as VersionRecord;
  const fit = await fitVersion({ ...parts, fileOf: () => Promise.resolve(path) }, version, pipeline, () => {
    throw new Error('Expected rows that say what was predicted');
  });
  return new Judge(pipeline, fit, parts.molecules);
}

async function run(session: InferenceSession, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = Object.fromEntries(
    inputs.map(({ name, shape, data, datatype }) => [
      name,
      new OrtTensor(ortType(datatype), data as Float32Array, [...shape]),
    ]),
  );
  const outputs = await session.run(feeds);
  return Object.entries(outputs).map(([name, { type, dims, data }]) => ({
    name,
    datatype: TYPES[type] ?? 'FP32',
    shape: [...dims],
    data: data as Float32Array<ArrayBuffer>,
  }));
}

function ortType(datatype: DataType): 'float32' {
  const found = Object.entries(TYPES).find(([, type]) => type === datatype)?.[0];
  if (found === undefined) throw new Error(`Expected a graph of plain numbers, got ${datatype}`);
  return found as 'float32';
}

function signatureOf({ inputMetadata, outputMetadata }: InferenceSession): Signature {
  const specs = (metadata: InferenceSession['inputMetadata']): TensorSpec[] =>
    metadata.map((value) => {
      if (!value.isTensor) throw new Error(`Expected tensors, got ${value.name}`);
      return {
        name: value.name,
        datatype: TYPES[value.type] ?? 'FP32',
        shape: value.shape.map((extent) => (typeof extent === 'number' ? extent : -1)),
      };
    });
  return { inputs: specs(inputMetadata), outputs: specs(outputMetadata) };
}
