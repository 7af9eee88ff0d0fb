import { typedArrayOf, type DataType, type TypedArray } from '../../tensors/index.js';
import type { ModelProblemCode } from '../../onnx/index.js';
import type { LoadOutcome, LoadSpec } from '../sessions/session-host.js';
import { isStrings } from '../../tensors/index.js';
import type { Tensor } from '../../tensors/index.js';

/** A tensor between threads: the buffer itself moves, and each side lays its own typed array over it. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly content: ArrayBuffer | readonly string[];
}

/** To a thread. Every request with an id is answered once, by a reply of the same id. */
export type RunnerRequest =
  | {
      readonly type: 'load';
      readonly id: number;
      readonly session: number;
      readonly spec: LoadSpec;
    }
  | {
      readonly type: 'run';
      readonly id: number;
      readonly session: number;
      readonly inputs: readonly WireTensor[];
      readonly outputs: readonly string[] | null;
    }
  | { readonly type: 'release'; readonly id: number; readonly session: number }
  | { readonly type: 'give way' }
  | { readonly type: 'stop' };

/** From a thread. */
export type RunnerReply =
  | { readonly type: 'loaded'; readonly id: number; readonly outcome: LoadOutcome }
  | {
      readonly type: 'ran';
      readonly id: number;
      readonly outputs: readonly WireTensor[];
      readonly inferMs: number;
    }
  | { readonly type: 'released'; readonly id: number }
  | {
      readonly type: 'refused';
      readonly id: number;
      readonly code: ModelProblemCode;
      readonly message: string;
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** Tensors ready to be posted, and the buffers that move with them. */
export function toWire(tensors: readonly Tensor[]): { tensors: WireTensor[]; transfer: ArrayBuffer[] } {
  const moving = new Set<ArrayBuffer>();
  const wire = tensors.map(({ name, datatype, shape, data }): WireTensor => {
    if (isStrings(data)) return { name, datatype, shape, content: data };
    const content = ownBuffer(data, moving);
    moving.add(content);
    return { name, datatype, shape, content };
  });
  return { tensors: wire, transfer: [...moving] };
}

function viewOf({ datatype, content }: WireTensor): Tensor['data'] {
  if (datatype === 'BYTES' || Array.isArray(content)) return content as readonly string[];
  return new (typedArrayOf(datatype))(content as ArrayBuffer);
}

export function fromWire(tensor: WireTensor): Tensor {
  return { name: tensor.name, datatype: tensor.datatype, shape: tensor.shape, data: viewOf(tensor) };
}

/** The array's buffer when it is exactly the array's and not already on its way, else a copy of its part. */
function ownBuffer(data: TypedArray, moving: ReadonlySet<ArrayBuffer>): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = data;
  if (byteOffset === 0 && byteLength === buffer.byteLength && !moving.has(buffer)) return buffer;
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
