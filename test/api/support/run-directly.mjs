// Runs graphs with nothing but onnxruntime-node, in a process of its own: the reference that `infer` must equal to
// the bit. Reads [{model, requests: [[{name, type, dims, data}]]}] from stdin and answers for each request of each model
// {output: {type, dims, data}}; all data is base64, row-major, little-endian, and strings are each behind their length in
// four bytes.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import ort from 'onnxruntime-node';

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const { model, requests } of JSON.parse(Buffer.concat(chunks).toString('utf8')))
  answers.push(await answersOf(model, requests));
process.stdout.write(JSON.stringify(answers));

async function answersOf(model, requests) {
  const session = await ort.InferenceSession.create(Buffer.from(model, 'base64'), { intraOpNumThreads: 1 });
  const outputs = [];
  for (const inputs of requests) outputs.push(await outputsOf(session, inputs));
  return outputs;
}

async function outputsOf(session, inputs) {
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, dims, data }) => {
      const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
      const values = type === 'string' ? stringsOf(bytes) : new arrays[type](bytes.buffer);
      return [name, new ort.Tensor(type, values, dims)];
    }),
  );
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims, data }]) => {
      const bytes =
        type === 'string' ? bytesOf(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return [name, { type, dims, data: bytes.toString('base64') }];
    }),
  );
}

function stringsOf(bytes) {
  const view = new DataView(bytes.buffer);
  const strings = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    strings.push(Buffer.from(bytes.subarray(at + 4, end)).toString('utf8'));
    at = end;
  }
  return strings;
}

function bytesOf(strings) {
  return Buffer.concat(
    strings.flatMap((text) => {
      const content = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(content.length);
      return [length, content];
    }),
  );
}
