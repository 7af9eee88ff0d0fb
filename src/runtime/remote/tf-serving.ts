import {
  nestedText,
  decodeTensor,
  TF_TYPES,
  type DataType,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';
import { isObject, jsonOf, refusalToDescribe, type JsonObject } from './answer-body.js';
import type { Answer } from './connection.js';
import type { Asked, Description, EngineProtocol, Get, Question } from './engine-protocol.js';
import { badAnswer, badTensor, RemoteUnavailable, unusable } from './remote-failures.js';
import type { RemoteTarget } from './remote-target.js';
import { runFailed } from '../run-failure.js';
import { elementTexts } from './tensor-text.js';

const SIGNATURE = 'serving_default';
const MAX_RANK = 64;

/** TensorFlow Serving's REST API, in its columnar form. */
export class TfServing implements EngineProtocol {
  private readonly path: string;

  constructor({ model, version }: Pick<RemoteTarget, 'model' | 'version'>) {
    const selector =
      version === null
        ? ''
        : `/${/^\d+$/.test(version) ? 'versions' : 'labels'}/${encodeURIComponent(version)}`;
    this.path = `/v1/models/${encodeURIComponent(model)}${selector}`;
  }

  async describe(get: Get): Promise<Description> {
    const status = await get(this.path);
    if (status.status !== 200) throw refusalToDescribe(status, 'the model');
    checkAvailable(jsonOf(status.body));
    const metadata = await get(`${this.path}/metadata`);
    // Servers that only lean on the protocol have no metadata.
    const isSilent = metadata.status === 404 || metadata.status === 405;
    if (metadata.status !== 200 && !isSilent) throw refusalToDescribe(metadata, "the model's metadata");
    return {
      signature: isSilent ? null : signatureOf(jsonOf(metadata.body)),
      binary: false,
      deadlines: false,
    };
  }

  question({ inputs }: Asked, { signature }: Description): Question {
    const headers = { 'content-type': 'application/json' };
    const path = `${this.path}:predict`;
    const members = inputs.map((tensor) => `${JSON.stringify(tensor.name)}:${columnText(tensor)}`);
    if (signature !== null)
      return { path, headers, body: `{"signature_name":"${SIGNATURE}","inputs":{${members.join(',')}}}` };
    return { path, headers, body: `{"instances":[${rowTexts(inputs).join(',')}]}` };
  }

  outputs(answer: Answer, { outputs }: Asked, signature: Signature): Tensor[] {
    const body = jsonOf(answer.body);
    const specs = outputs.map((name) => specNamed(signature, name));
    const { predictions } = body;
    if (body.outputs !== undefined)
      return specs.map((spec) => tensorOf(spec, columnOf(body.outputs, spec, signature)));
    if (Array.isArray(predictions))
      return specs.map((spec) => tensorOf(spec, rowsOf(predictions as readonly unknown[], spec, signature)));
    throw badAnswer('answered neither outputs nor predictions');
  }
}

/** @throws RemoteUnavailable when no version of it is available */
function checkAvailable(status: JsonObject): void {
  const versions = status.model_version_status;
  // A server that only leans on the protocol says `ready`, or nothing.
  if (!Array.isArray(versions)) {
    if (status.ready === false || status.ready === 'False')
      throw new RemoteUnavailable('The remote engine says that its model is not ready');
    return;
  }
  const states = (versions as readonly unknown[]).map((entry) => (isObject(entry) ? entry.state : undefined));
  if (states.includes('AVAILABLE')) return;
  throw new RemoteUnavailable(
    `The remote engine has no version of the model that is AVAILABLE: it says ${states.map(String).join(', ') || 'nothing'}`,
  );
}

function signatureOf(body: JsonObject): Signature | null {
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const definition = isObject(metadata.signature_def) ? metadata.signature_def : {};
  const signatures = isObject(definition.signature_def) ? definition.signature_def : {};
  const found = signatures[SIGNATURE];
  if (!isObject(found)) {
    const names = Object.keys(signatures).slice(0, 20).join(', ');
    throw unusable(
      `The remote model has no signature "${SIGNATURE}"; it has ${names === '' ? 'none' : names}. Export it with one of that name.`,
    );
  }
  const inputs = specsOf(found.inputs);
  const outputs = specsOf(found.outputs);
  return inputs.length === 0 || outputs.length === 0 ? null : { inputs, outputs };
}

function specsOf(tensors: unknown): TensorSpec[] {
  if (!isObject(tensors)) return [];
  // In the order of their names: the protocol's maps have none.
  return Object.keys(tensors)
    .sort()
    .map((name) => {
      const info = tensors[name];
      const { dtype, tensor_shape: shape } = isObject(info) ? info : {};
      const datatype = (Object.keys(TF_TYPES) as DataType[]).find((known) => TF_TYPES[known] === dtype);
      if (datatype === undefined)
        throw unusable(
          `The remote model's tensor "${name}" has the type ${JSON.stringify(dtype)}, expected one of ${Object.values(TF_TYPES).join(', ')}.`,
        );
      const { dim, unknown_rank: unranked } = isObject(shape) ? shape : {};
      if (unranked === true) return { name, datatype, shape: [], unranked: true };
      const sizes = Array.isArray(dim) ? (dim as readonly unknown[]) : [];
      return { name, datatype, shape: sizes.map((entry) => sizeOf(entry, name)) };
    });
}

function sizeOf(entry: unknown, name: string): number {
  const size = isObject(entry) ? Number(entry.size ?? 0) : NaN;
  if (Number.isInteger(size)) return Math.max(-1, size);
  throw unusable(`The remote model's tensor "${name}" has a dimension of ${JSON.stringify(entry)}.`);
}

/** Strings whose name says that they are bytes are written as such. */
function texts(tensor: Tensor): string[] {
  const { name, datatype, data } = tensor;
  if (datatype !== 'BYTES' || !name.endsWith('_bytes')) return elementTexts(tensor, true);
  return (data as readonly string[]).map((text) => `{"b64":"${Buffer.from(text).toString('base64')}"}`);
}

function columnText(tensor: Tensor): string {
  return nestedText(texts(tensor), tensor.shape);
}

/** @throws DomainError RUN_FAILED where the inputs have not one row each */
function rowTexts(inputs: readonly Tensor[]): string[] {
  const [rows = 0] = inputs[0]?.shape ?? [];
  if (inputs.some(({ shape }) => shape[0] !== rows))
    throw runFailed('the remote engine takes rows only, and these inputs have not one row each.');
  const columns = inputs.map((tensor) => {
    const elements = texts(tensor);
    const size = rows === 0 ? 0 : elements.length / rows;
    return Array.from({ length: rows }, (_, row) => nestedText(elements, tensor.shape, 1, row * size, size));
  });
  const [only] = columns;
  if (only !== undefined && columns.length === 1) return only;
  return Array.from({ length: rows }, (_, row) => {
    const members = inputs.map(
      ({ name }, index) => `${JSON.stringify(name)}:${columns[index]?.[row] ?? 'null'}`,
    );
    return `{${members.join(',')}}`;
  });
}

function specNamed({ outputs }: Signature, name: string): TensorSpec {
  const spec = outputs.find((output) => output.name === name);
  if (spec === undefined) throw badAnswer(`was asked for an output "${name}" that it does not have`);
  return spec;
}

/** An only output drops its name. */
function columnOf(outputs: unknown, { name }: TensorSpec, signature: Signature): unknown {
  if (isObject(outputs) && Object.hasOwn(outputs, name)) return outputs[name];
  if (signature.outputs.length === 1 && !isObject(outputs)) return outputs;
  throw badAnswer(`answered without the output "${name}"`);
}

function rowsOf(predictions: readonly unknown[], { name }: TensorSpec, signature: Signature): unknown {
  return predictions.map((row) => {
    if (isObject(row) && Object.hasOwn(row, name)) return row[name];
    if (signature.outputs.length === 1 && (!isObject(row) || 'b64' in row)) return row;
    throw badAnswer(`answered a row without the output "${name}"`);
  });
}

function tensorOf({ name, datatype, shape: declared }: TensorSpec, value: unknown): Tensor {
  const shape: number[] = [];
  let level: unknown = value;
  for (; Array.isArray(level) && shape.length <= MAX_RANK; level = (level as readonly unknown[])[0])
    shape.push(level.length);
  // Empty lists cannot show the dimensions inside them.
  if (shape.at(-1) === 0) shape.push(...declared.slice(shape.length).map((size) => Math.max(size, 0)));
  const data = datatype === 'BYTES' ? withText(value, name) : value;
  try {
    return decodeTensor({ name, datatype, shape, data: shape.length === 0 ? [data] : data });
  } catch (error) {
    throw badTensor(name, error);
  }
}

function withText(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => withText(entry, name));
  if (!isObject(value) || typeof value.b64 !== 'string') return value;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(value.b64, 'base64'),
    );
  } catch {
    throw badAnswer(`answered output "${name}" with bytes that are not UTF-8, while strings are text`);
  }
}
