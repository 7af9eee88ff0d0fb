import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GraphBuilder, type GraphOptions } from '../../src/onnx/index.js';
import { type DataType, type Tensor } from '../../src/tensors/index.js';
import { modelWriter } from '../../src/onnx/onnx-schema.js';

/** One node from an input to an output of the same shape [N,4]. */
export function oneNode(
  op: string,
  options: Partial<GraphOptions> = {},
  datatype: DataType = 'FP32',
): Uint8Array {
  const graph = new GraphBuilder('one-node', { opset: 17, ...options });
  graph.node(op, [graph.input('x', datatype, ['N', 4])], {}, ['y']);
  graph.output('y', datatype, ['N', 4]);
  return graph.build();
}

/** Copies its input, of any type and shape. */
export function identity(datatype: DataType, shape: (number | string)[]): Uint8Array {
  const graph = new GraphBuilder('identity', { opset: 17 });
  graph.node('Identity', [graph.input('x', datatype, shape)], {}, ['y']);
  graph.output('y', datatype, shape);
  return graph.build();
}

/** Two layers with weights that no two roundings would get equal by chance. */
export function perceptron(): Uint8Array {
  const graph = new GraphBuilder('perceptron', { opset: 17 });
  const weight = (name: string, rows: number, columns: number) =>
    graph.constant(
      name,
      'FP32',
      [rows, columns],
      Array.from({ length: rows * columns }, (_, index) => Math.sin(index * 12.9898 + rows)),
    );
  const hidden = graph.node('Tanh', [
    graph.node('MatMul', [graph.input('x', 'FP32', ['N', 16]), weight('w1', 16, 64)]),
  ]);
  graph.node('MatMul', [hidden, weight('w2', 64, 3)], {}, ['y']);
  graph.output('y', 'FP32', ['N', 3]);
  return graph.build();
}

/** Matrix products whose number is an input's length: `seconds` of native work without a large file. */
export function slowChain(products: number, size: number): Uint8Array {
  const graph = new GraphBuilder('slow', { opset: 17 });
  const x = graph.input('x', 'FP32', [size, size]);
  let value = x;
  for (let index = 0; index < products; index += 1) value = graph.node('MatMul', [value, x]);
  graph.node('ReduceMean', [value], { keepdims: 0n }, ['y']);
  graph.output('y', 'FP32', []);
  return graph.build();
}

/** A few hundred bytes that keep the runtime folding constants for minutes while it loads them. */
export function endlessLoad(): Uint8Array {
  const graph = new GraphBuilder('endless', { opset: 17 });
  const x = graph.input('x', 'FP32', [1]);
  let value = graph.node('ConstantOfShape', [graph.constant('s', 'INT64', [2], [4000n, 4000n])]);
  for (let index = 0; index < 200; index += 1) value = graph.node('MatMul', [value, value]);
  graph.node('Add', [x, graph.node('ReduceSum', [value], { keepdims: 0n })], {}, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}

/** Loads at once and never ends a run: a Loop without a limit whose condition stays true. */
export function endlessRun(): Uint8Array {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('iteration', 'INT64', []);
  body.input('condition', 'BOOL', []);
  body.input('sum', 'FP32', [1]);
  body.node('Identity', ['condition'], {}, ['goes_on']);
  body.node('Add', ['sum', 'sum'], {}, ['next']);
  body.output('goes_on', 'BOOL', []);
  body.output('next', 'FP32', [1]);
  const graph = new GraphBuilder('endless-run', { opset: 17 });
  graph.input('x', 'FP32', [1]);
  graph.constant('true', 'BOOL', [], [1]);
  graph.node('Loop', ['', 'true', 'x'], { body }, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}

/** Loads at once and takes four megabytes more with each of very many turns. */
export function growingRun(): Uint8Array {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('iteration', 'INT64', []);
  body.input('condition', 'BOOL', []);
  body.input('sum', 'FP32', [1]);
  body.node('Identity', ['condition'], {}, ['goes_on']);
  body.node('Identity', ['sum'], {}, ['next']);
  body.node('Expand', ['sum', body.constant('million', 'INT64', [1], [1_000_000n])], {}, ['kept']);
  body.output('goes_on', 'BOOL', []);
  body.output('next', 'FP32', [1]);
  body.output('kept', 'FP32', [-1]);
  const graph = new GraphBuilder('growing-run', { opset: 17 });
  graph.input('x', 'FP32', [1]);
  graph.constant('true', 'BOOL', [], [1]);
  graph.constant('turns', 'INT64', [], [1_000_000n]);
  graph.node('Loop', ['turns', 'true', 'x'], { body }, ['last', 'all']);
  graph.node('ReduceSum', ['all'], { keepdims: 0n }, ['y']);
  graph.output('y', 'FP32', []);
  return graph.build();
}

export function tensorType(elementType: number, sizes?: readonly number[]): object {
  const shape = sizes === undefined ? {} : { shape: { dim: sizes.map((size) => ({ dim_value: size })) } };
  return { tensor_type: { elem_type: elementType, ...shape } };
}

/** A graph of types that GraphBuilder does not write: one node from x to y. */
export function rawModel(
  op: string,
  input: object,
  output: object,
  more: { initializer?: object[]; inputs?: string[] } = {},
): Uint8Array {
  const { initializer = [], inputs = ['x'] } = more;
  return modelWriter
    .encode({
      ir_version: 10,
      opset_import: [{ version: 21 }],
      graph: {
        name: 'raw',
        node: [{ op_type: op, input: inputs, output: ['y'] }],
        input: [{ name: 'x', type: input }],
        output: [{ name: 'y', type: output }],
        initializer,
      },
    })
    .finish();
}

export class ModelFolder implements AsyncDisposable {
  #next = 0;
  private constructor(readonly directory: string) {}

  static async create(): Promise<ModelFolder> {
    return new ModelFolder(await mkdtemp(join(tmpdir(), 'retort-onnx-')));
  }

  async file(bytes: Uint8Array | string): Promise<string> {
    const path = join(this.directory, `${this.#next++}.onnx`);
    await writeFile(path, bytes);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The same graph run by the runtime itself, in a process with nothing of Retort's in it. Base64 of each output. */
export async function runDirectly(path: string, inputs: readonly Tensor[]): Promise<Record<string, string>> {
  const feeds = inputs.map(({ name, shape, data }) => {
    const { buffer, byteOffset, byteLength } = data as Float32Array<ArrayBuffer>;
    return { name, shape, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
  });
  const script = `
    import { InferenceSession, Tensor } from 'onnxruntime-node';
    const session = await InferenceSession.create(process.argv[1], { intraOpNumThreads: 1 });
    const feeds = {};
    for (const { name, shape, bytes } of JSON.parse(process.argv[2])) {
      const copy = new Uint8Array(Buffer.from(bytes, 'base64'));
      feeds[name] = new Tensor('float32', new Float32Array(copy.buffer), shape);
    }
    const results = await session.run(feeds);
    const answer = {};
    for (const [name, { data }] of Object.entries(results)) answer[name] = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
    process.stdout.write(JSON.stringify(answer));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script, path, JSON.stringify(feeds)],
    { env: { ORT_DISABLE_TELEMETRY: '1' } },
  );
  return JSON.parse(stdout) as Record<string, string>;
}
