import type { FastifyReply } from 'fastify';
import { encodeTensor, tensorBytes, type Tensor } from '../../inference/index.js';

export interface InferAnswer {
  readonly model: string;
  readonly version: number;
  /** Repeated from the request; absent there, absent here. */
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];
}

/** Sends JSON; with the binary tensor extension where an output is wanted as bytes: JSON, then the bytes in its order. */
export function sendInferAnswer(
  reply: FastifyReply,
  answer: InferAnswer,
  isBinary: (output: string) => boolean,
): void {
  const parts: Buffer[] = [];
  const outputs = answer.outputs.map((tensor) => {
    const { name, datatype, shape } = tensor;
    if (!isBinary(name)) return withData(JSON.stringify({ name, datatype, shape }), jsonData(tensor));
    const bytes = tensorBytes(tensor);
    parts.push(bytes);
    return JSON.stringify({ name, datatype, shape, parameters: { binary_data_size: bytes.length } });
  });
  const about = { model_name: answer.model, model_version: String(answer.version), id: answer.id };
  const json = `${JSON.stringify(about).slice(0, -1)},"outputs":[${outputs.join(',')}]}`;
  if (parts.length === 0) {
    void reply.type('application/json; charset=utf-8').send(json);
    return;
  }
  const header = Buffer.from(json);
  void reply
    .type('application/octet-stream')
    .header('inference-header-content-length', header.length)
    .send(Buffer.concat([header, ...parts]));
}

function withData(json: string, data: string): string {
  return `${json.slice(0, -1)},"data":${data}}`;
}

/** 64-bit integers are numbers in this protocol, with all their digits, which JSON.stringify cannot write. */
function jsonData(tensor: Tensor): string {
  const { data } = tensor;
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? `[${data.join(',')}]`
    : JSON.stringify(encodeTensor(tensor, 'JSON'));
}
