// Runs a graph with nothing but onnxruntime-node, in a process of its own: the reference that `infer` must equal to
// the bit. Reads {model, inputs: [{name, type, dims, data}]} from stdin and answers {outputs: {name: data}}; all bytes
// are base64, row-major, little-endian.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import ort from 'onnxruntime-node';

const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array };

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { model, inputs } = JSON.parse(Buffer.concat(chunks).toString('utf8'));

const session = await ort.InferenceSession.create(Buffer.from(model, 'base64'), { intraOpNumThreads: 1 });
const feeds = Object.fromEntries(
  inputs.map(({ name, type, dims, data }) => {
    const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
    return [name, new ort.Tensor(type, new arrays[type](bytes.buffer), dims)];
  }),
);
const results = await session.run(feeds);
const outputs = Object.fromEntries(
  Object.entries(results).map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  ]),
);
process.stdout.write(JSON.stringify({ outputs }));
