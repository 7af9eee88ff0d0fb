import type { RequestBodies, Reservation } from '../http/index.js';
import type { JsonPath, PlacedBlock } from '../platform/json/index.js';

type Done = (error: Error | null, body?: Buffer) => void;

/** Below this, what JSON becomes is not worth counting. */
const COUNTED_BYTES = 4_096;

/** The blocks of numbers that were read apart from a body, by what is left of it. */
const blocksByRest = new WeakMap<Buffer, readonly PlacedBlock[]>();

/**
 * Admits a body that is JSON, or JSON with binary tensors behind it, within the server's limits. Long arrays of numbers
 * in large JSON are read in another thread; `jsonObject` puts them back.
 *
 * @param call.headerLength of the binary tensor extension: how many bytes of the body are JSON
 */
export function admitJson(
  bodies: RequestBodies,
  { body, headerLength }: { body: Buffer; headerLength: string | string[] | undefined },
  reservation: Reservation,
  done: Done,
): void {
  if (body.length < COUNTED_BYTES) {
    done(null, body);
    return;
  }
  const jsonBytes = headerLength === undefined ? body.length : Number(headerLength);
  // Not a length of this body: the reader of the header says so.
  if (!(jsonBytes <= body.length)) {
    done(null, body);
    return;
  }
  if (jsonBytes > bodies.largeJsonBytes && jsonBytes === body.length) {
    bodies.scanLarge(body, reservation, { tolerant: true }).then(
      ({ rest, blocks }) => {
        blocksByRest.set(rest, blocks);
        done(null, rest);
      },
      (error: unknown) => done(error as Error),
    );
    return;
  }
  try {
    const json = body.subarray(0, jsonBytes);
    const others = body.length - jsonBytes;
    bodies.admitSmall(json, reservation, others);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, body);
}

export function blocksOf(body: Buffer): readonly PlacedBlock[] {
  return blocksByRest.get(body) ?? [];
}

/** Where the protocols have tensors: `inputs[0].data`, and TensorFlow Serving's `instances`, `inputs` and `inputs.x`. */
export function meansTensor(path: JsonPath): boolean {
  const [field, entry, last] = path;
  if (field === 'inputs')
    return path.length === 3
      ? last === 'data'
      : path.length === 1 || (path.length === 2 && typeof entry === 'string');
  return field === 'instances' && path.length === 1;
}
