import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { ExampleVersion } from '../../examples/index.js';
import { FieldReader, openRows, textRows, type FieldWish } from '../../src/datafiles/index.js';
import { InstanceReader, MoleculeWorker, parsePipeline } from '../../src/pipelines/index.js';
import { PipelineRunner } from '../../src/predictions/index.js';
import type { DataType, Signature, Tensor, TensorSpec } from '../../src/tensors/index.js';

const ROWS_A_RUN = 1_024;
const TYPES: Readonly<Record<string, DataType>> = {
  float32: 'FP32',
  float64: 'FP64',
  int64: 'INT64',
  int32: 'INT32',
};

/**
 * The steps of a batch prediction and nothing else: reads a table, prepares instances, runs the graph on a thousand rows at a
 * time, gives the numbers their meaning and writes a table. No server, queue, batcher, database or durable file.
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
  try {
    const began = performance.now();
    const rows = openRows(files.from, { format: 'CSV' });
    const description = await rows.describe();
    const reader = new FieldReader(description, wishes);
    const output = createWriteStream(files.to);
    const text = textRows('CSV', [...(description.columns ?? []), 'value', 'unit', 'warnings', 'error']);
    output.write(text.header);
    const answer = async (chunk: readonly Readonly<Record<string, unknown>>[]) => {
      const predictions = await runner.predict(
        pipeline,
        chunk.map((row) => reader.read(row)),
        (inputs) => run(session, inputs),
        { rows: { independence: 'PROVEN', reason: null }, endsAt: Infinity },
      );
      const written = predictions
        .map(({ value, unit, error }, index) =>
          text.row({ ...chunk[index], value, unit, error: error?.code ?? null }),
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
