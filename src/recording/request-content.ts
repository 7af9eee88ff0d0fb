import { decodeTensor, keptTensor, type KeptTensor, type RawTensor, type Tensor } from '../tensors/index.js';
import type { JsonValue } from '../platform/events/index.js';
import { NumberBlock } from '../platform/json/index.js';
import type { Asked } from './asked.js';

/** A recorded request, read back. */
export type RequestContent =
  | { readonly operation: 'INFER'; readonly inputs: readonly Tensor[] }
  | { readonly operation: 'PREDICT'; readonly instances: readonly JsonValue[] };

/** The least a value takes, as a digit of JSON or as an element in base64. */
const LEAST_BYTES = 1;

/**
 * What was asked as JSON text; null when it is larger than `maxBytes`, which is found out in time proportional to
 * `maxBytes`, however large the request was.
 */
export function requestText(asked: Asked, maxBytes: number): string | null {
  const isInfer = asked.operation === 'INFER';
  if (bytesBeyond(isInfer ? asked.inputs : asked.instances, maxBytes)) return null;
  const content = isInfer ? asked.inputs.map(keptInput) : asked.instances;
  const text = JSON.stringify(content);
  return Buffer.byteLength(text) <= maxBytes ? text : null;
}

/** What `requestText` wrote. */
export function requestContent(operation: Asked['operation'], text: string): RequestContent {
  if (operation === 'PREDICT') return { operation, instances: JSON.parse(text) as JsonValue[] };
  const inputs = JSON.parse(text) as KeptTensor[];
  return { operation, inputs: inputs.map((tensor) => decodeTensor(tensor)) };
}

/** It was decoded for the request too, but the arrays of that went to the model. */
function keptInput(raw: RawTensor): KeptTensor {
  return keptTensor(decodeTensor(raw));
}

/** Whether a value surely takes more than so many bytes as JSON; looks at no more of it than that. */
function bytesBeyond(value: unknown, limit: number): boolean {
  let left = limit;
  const take = (part: unknown): void => {
    left -= LEAST_BYTES;
    if (left < 0 || part === null) return;
    if (typeof part === 'string') left -= part.length;
    else if (part instanceof Uint8Array) left -= part.byteLength;
    else if (part instanceof NumberBlock) left -= part.values.length * LEAST_BYTES;
    else if (Array.isArray(part)) {
      // Also what decodes it cannot be had for less.
      if (part.length * LEAST_BYTES > left) left = -1;
      for (let index = 0; left >= 0 && index < part.length; index += 1) take(part[index]);
    } else if (typeof part === 'object')
      for (const [key, inner] of Object.entries(part)) {
        left -= key.length;
        take(inner);
        if (left < 0) return;
      }
  };
  take(value);
  return left < 0;
}
