import { httpRequest, jsonRequest, type Exchange } from './exchange.js';

/** A call of one deployment with one tensor, and what comes back. */
export interface InferCall {
  readonly deployment: string;
  readonly shape: readonly number[];
  /** Of x, FP32. */
  readonly values: Float32Array;
  /** Of y, FP32. */
  readonly expected: Float32Array;
  /** What the answers are counted under. */
  readonly label?: string;
}

const INFER = `mutation Infer($input: InferInput!) {
  infer(input: $input) { outputs { name datatype shape data } userErrors { code message } }
}`;

export function graphqlBody(
  { deployment, shape, values }: InferCall,
  encoding: 'JSON' | 'BASE64' = 'JSON',
): Buffer {
  const data = encoding === 'JSON' ? [...values] : bytesOf(values).toString('base64');
  const inputs = [{ name: 'x', datatype: 'FP32', shape, data }];
  return textOf({ query: INFER, variables: { input: { deployment, encoding, inputs } } });
}

export function graphqlInfer(call: InferCall, encoding: 'JSON' | 'BASE64' = 'JSON'): Exchange {
  return exchange(call, jsonRequest('/graphql', graphqlBody(call, encoding)));
}

export function restBody({ shape, values }: InferCall): Buffer {
  // With an id of the request's own, equal questions have equal answers, which are quicker to check.
  return textOf({ id: 'bench', inputs: [{ name: 'x', datatype: 'FP32', shape, data: [...values] }] });
}

export function restInfer(call: InferCall): Exchange {
  return exchange(call, jsonRequest(pathOf(call), restBody(call)));
}

/** With the binary tensor extension, both ways. */
export function binaryInfer(call: InferCall): Exchange {
  const { header, body } = binaryBody(call);
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': header.length,
  };
  return exchange(call, httpRequest('POST', pathOf(call), headers, body));
}

/** JSON, and the tensor behind it. */
export function binaryBody(call: InferCall): { readonly header: Buffer; readonly body: Buffer } {
  const bytes = bytesOf(call.values);
  const header = textOf({
    id: 'bench',
    parameters: { binary_data_output: true },
    inputs: [
      { name: 'x', datatype: 'FP32', shape: call.shape, parameters: { binary_data_size: bytes.length } },
    ],
  });
  return { header, body: Buffer.concat([header, bytes]) };
}

function exchange({ expected, label }: InferCall, request: Buffer): Exchange {
  return {
    request,
    expected: { kind: 'tensor', values: expected },
    ...(label === undefined ? {} : { label }),
  };
}

function pathOf({ deployment }: InferCall): string {
  return `/v2/models/${deployment}/infer`;
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function textOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
