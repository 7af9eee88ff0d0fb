import type { FastifyReply } from 'fastify';
import { encodeTensor, flatJson, isLong, tensorBytes, type Tensor } from '../../tensors/index.js';
import type { Ending } from '../../platform/in-turns.js';
import { joined, writtenText } from '../../http/index.js';

export interface InferAnswer {
  readonly model: string;
  readonly version: number;
  /** Repeated from the request; absent there, absent here. */
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];
}

/** An answer as it is sent. */
export interface WrittenAnswer {
  readonly body: string | Buffer;
  /** Bytes of JSON, where tensors follow them; null where all is JSON. */
  readonly jsonBytes: number | null;
}

/**
 * Writes JSON; with the binary tensor extension where an output is wanted as bytes: JSON, then the bytes in its order.
 * Where that takes long, others have their turns meanwhile.
 *
 * @throws `until.reason`
 */
export function writeInferAnswer(
  answer: InferAnswer,
  isBinary: (output: string) => boolean,
  until: Ending,
): WrittenAnswer | Promise<WrittenAnswer> {
  const tensors = answer.outputs.filter(({ name }) => isBinary(name)).map(tensorBytes);
  if (answer.outputs.some(isLong)) return writeLong(answer, isBinary, tensors, until);
  const json = [...jsonPieces(answer, isBinary)].join('');
  if (tensors.length === 0) return { body: json, jsonBytes: null };
  const header = Buffer.from(json);
  return { body: Buffer.concat([header, ...tensors]), jsonBytes: header.length };
}

export function sendInferAnswer(reply: FastifyReply, { body, jsonBytes }: WrittenAnswer): void {
  if (jsonBytes === null) void reply.type('application/json; charset=utf-8');
  else void reply.type('application/octet-stream').header('inference-header-content-length', jsonBytes);
  void reply.send(body);
}

async function writeLong(
  answer: InferAnswer,
  isBinary: (output: string) => boolean,
  tensors: readonly Buffer[],
  until: Ending,
): Promise<WrittenAnswer> {
  const json = await writtenText(jsonPieces(answer, isBinary), until);
  if (tensors.length === 0) return { body: json, jsonBytes: null };
  return { body: await joined([json, ...tensors], until), jsonBytes: json.length };
}

function* jsonPieces(answer: InferAnswer, isBinary: (output: string) => boolean): Generator<string> {
  const about = { model_name: answer.model, model_version: String(answer.version), id: answer.id };
  yield `${JSON.stringify(about).slice(0, -1)},"outputs":[`;
  for (const [index, tensor] of answer.outputs.entries()) {
    const { name, datatype, shape } = tensor;
    const comma = index === 0 ? '' : ',';
    if (isBinary(name)) {
      const parameters = { binary_data_size: tensorBytes(tensor).length };
      yield comma + JSON.stringify({ name, datatype, shape, parameters });
      continue;
    }
    yield `${comma}${JSON.stringify({ name, datatype, shape }).slice(0, -1)},"data":`;
    if (isLong(tensor)) yield* flatJson(tensor, jsonData);
    else yield jsonData(tensor);
    yield '}';
  }
  yield ']}';
}

/** 64-bit integers are numbers in this protocol, with all their digits, which JSON.stringify cannot write. */
function jsonData(tensor: Tensor): string {
  const { data } = tensor;
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? `[${data.join(',')}]`
    : JSON.stringify(encodeTensor(tensor, 'JSON'));
}
