import {
  DATA_TYPES,
  decodeTensor,
  tensorBytes,
  type DataType,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';
import { isObject, jsonOf, refusalToDescribe, wordsOf, type JsonObject } from './answer-body.js';
import type { Answer } from './connection.js';
import type { Asked, Description, EngineProtocol, Get, Question } from './engine-protocol.js';
import { badAnswer, badTensor, RemoteUnavailable, unusable } from './remote-failures.js';
import type { RemoteTarget } from './remote-target.js';
import { elementTexts } from './tensor-text.js';

/** The Open Inference Protocol v2, with binary tensors and deadlines where the server says that it speaks them. */
export class OpenInference implements EngineProtocol {
  private readonly path: string;

  constructor({ model, version }: Pick<RemoteTarget, 'model' | 'version'>) {
    const ofVersion = version === null ? '' : `/versions/${encodeURIComponent(version)}`;
    this.path = `/v2/models/${encodeURIComponent(model)}${ofVersion}`;
  }

  async describe(get: Get): Promise<Description> {
    const metadata = await get(this.path);
    if (metadata.status !== 200) throw await this.notThere(metadata, get);
    const ready = await get(`${this.path}/ready`);
    // A server that has no such path says what it serves by answering for its metadata.
    if (ready.status !== 200 && ready.status !== 404)
      throw new RemoteUnavailable(`The remote engine says that its model is not ready (${wordsOf(ready)})`);
    const extensions = await extensionsOf(get);
    return {
      signature: signatureOf(jsonOf(metadata.body)),
      binary: extensions.includes('binary_tensor_data'),
      // Triton's extension of the parameters `priority` and `timeout`.
      deadlines: extensions.includes('schedule_policy'),
    };
  }

  question({ inputs, outputs, limitMs }: Asked, { binary, deadlines }: Description): Question {
    const parameters = {
      ...(deadlines && { timeout: Math.max(1, Math.ceil(limitMs * 1_000)) }),
      ...(binary && { binary_data_output: true }),
    };
    const about = Object.keys(parameters).length === 0 ? '' : `"parameters":${JSON.stringify(parameters)},`;
    const wanted = JSON.stringify(outputs.map((name) => ({ name, ...(binary && { parameters: { binary_data: true } }) }))); // prettier-ignore
    const text = (given: readonly string[]) => `{${about}"inputs":[${given.join(',')}],"outputs":${wanted}}`;
    const path = `${this.path}/infer`;
    if (!binary)
      return { path, headers: { 'content-type': 'application/json' }, body: text(inputs.map(jsonInput)) };
    const bytes = inputs.map(tensorBytes);
    const json = Buffer.from(
      text(inputs.map((tensor, index) => binaryInput(tensor, bytes[index]?.length ?? 0))),
    );
    return {
      path,
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(json.length),
      },
      body: Buffer.concat([json, ...bytes]),
    };
  }

  outputs(answer: Answer, { outputs }: Asked): Tensor[] {
    const header = answer.headers['inference-header-content-length'];
    const jsonBytes = header === undefined ? answer.body.length : Number(header);
    if (!Number.isInteger(jsonBytes) || jsonBytes < 0 || jsonBytes > answer.body.length)
      throw badAnswer(`answered ${answer.body.length} bytes, of which ${String(header)} are said to be JSON`);
    const { outputs: given } = jsonOf(answer.body.subarray(0, jsonBytes));
    if (!Array.isArray(given)) throw badAnswer('answered without a list of outputs');
    const tensors = new Map<string, Tensor>();
    let at = jsonBytes;
    for (const output of given as readonly unknown[]) {
      if (!isObject(output)) throw badAnswer('answered an output that is no object');
      const size = isObject(output.parameters) ? output.parameters.binary_data_size : undefined;
      const bytes = typeof size === 'number' ? answer.body.subarray(at, (at += size)) : undefined;
      if (at > answer.body.length) throw badAnswer('answered fewer bytes of tensors than it says');
      const tensor = outputTensor(output, bytes);
      tensors.set(tensor.name, tensor);
    }
    if (at !== answer.body.length) throw badAnswer('answered more bytes of tensors than it says');
    return outputs.map((name) => {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return tensor;
      throw badAnswer(`answered without the output "${name}"`);
    });
  }

  /** Triton answers 400 for what it does not know or has not loaded yet; then the whole server tells whether it is up. */
  private async notThere(metadata: Answer, get: Get): Promise<Error> {
    const server = await get('/v2/health/ready');
    if (server.status >= 500)
      return new RemoteUnavailable(`The remote engine is not ready (${wordsOf(server)})`);
    return refusalToDescribe(metadata, 'the model');
  }
}

/** A server that has none may do without the path. */
async function extensionsOf(get: Get): Promise<readonly unknown[]> {
  const server = await get('/v2');
  if (server.status !== 200) return [];
  const { extensions } = jsonOf(server.body);
  return Array.isArray(extensions) ? (extensions as readonly unknown[]) : [];
}

function signatureOf(metadata: JsonObject): Signature | null {
  const inputs = specsOf(metadata.inputs, 'input');
  const outputs = specsOf(metadata.outputs, 'output');
  return inputs.length === 0 || outputs.length === 0 ? null : { inputs, outputs };
}

function specsOf(value: unknown, role: string): TensorSpec[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    throw unusable(`The remote engine describes its ${role}s by something that is no list.`);
  return (value as readonly unknown[]).map((entry) => {
    const { name, datatype, shape } = isObject(entry) ? entry : {};
    if (typeof name !== 'string' || name === '' || !Array.isArray(shape) || !shape.every(isSize))
      throw unusable(`The remote engine describes an ${role} without a name and a shape: ${JSON.stringify(entry).slice(0, 200)}.`); // prettier-ignore
    return {
      name,
      datatype: datatypeOf(datatype, `${role} "${name}"`),
      shape: shape.map((size) => Math.max(-1, size)),
    };
  });
}

function datatypeOf(value: unknown, what: string): DataType {
  const datatype = DATA_TYPES.find((known) => known === value);
  if (datatype !== undefined) return datatype;
  throw unusable(
    `The remote engine's ${what} has the datatype ${JSON.stringify(value)}, expected one of ${DATA_TYPES.join(', ')}.`,
  );
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value);
}

function jsonInput(tensor: Tensor): string {
  const { name, datatype, shape } = tensor;
  const about = JSON.stringify({ name, datatype, shape }).slice(0, -1);
  return `${about},"data":[${elementTexts(tensor, false).join(',')}]}`;
}

function binaryInput({ name, datatype, shape }: Tensor, size: number): string {
  return JSON.stringify({ name, datatype, shape, parameters: { binary_data_size: size } });
}

function outputTensor(output: JsonObject, bytes: Buffer | undefined): Tensor {
  const { name, datatype, shape, data } = output;
  if (typeof name !== 'string' || !Array.isArray(shape))
    throw badAnswer('answered an output without name or shape');
  const known = DATA_TYPES.find((other) => other === datatype);
  if (known === undefined)
    throw badAnswer(`answered output "${name}" with the datatype ${JSON.stringify(datatype)}`);
  // Text would be taken for base64.
  if (bytes === undefined && !Array.isArray(data)) throw badAnswer(`answered output "${name}" without data`);
  try {
    return decodeTensor({ name, datatype: known, shape: shape as number[], data: bytes ?? data });
  } catch (error) {
    throw badTensor(name, error);
  }
}

/** Whether it has values that only bytes carry. */
export function needsBinary({ inputs, outputs }: Signature): boolean {
  return [...inputs, ...outputs].some(({ datatype }) => datatype === 'FP16');
}
