import type { FastifyReply } from 'fastify';
import { encodeTensor, tensorBytes, type Tensor } from '../../inference/index.js';

export interface InferAnswer {
  readonly model: string;
  readonly version: number;
  readonly id: string;
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
    if (!isBinary(name)) return { name, datatype, shape, data: encodeTensor(tensor, 'JSON') };
    const bytes = tensorBytes(tensor);
    parts.push(bytes);
    return { name, datatype, shape, parameters: { binary_data_size: bytes.length } };
  });
  const json = {
    model_name: answer.model,
    model_version: String(answer.version),
    id: answer.id,
    outputs,
  };
  if (parts.length === 0) {
    void reply.send(json);
    return;
  }
  const header = Buffer.from(JSON.stringify(json));
  void reply
    .type('application/octet-stream')
    .header('inference-header-content-length', header.length)
    .send(Buffer.concat([header, ...parts]));
}
