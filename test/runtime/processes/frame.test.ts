import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DATA_TYPES, typedArrayOf, type DataType } from '../../../src/tensors/data-types.js';
import { FrameReader } from '../../../src/runtime/processes/frame-reader.js';
import { BrokenFrame, encodeFrame, FRAME_KINDS, type Frame } from '../../../src/runtime/processes/frame.js';
import type { Tensor } from '../../../src/tensors/tensor.js';
import { rounds } from '../../support/depth.js';

/** Strings as the runtime has them: any text but half surrogate pairs, which UTF-8 cannot hold. */
const text = fc.string({ unit: 'binary' });

const shape = fc.array(fc.nat({ max: 5 }), { maxLength: 4 });

function elements(datatype: DataType, count: number): fc.Arbitrary<Tensor['data']> {
  if (datatype === 'BYTES') return fc.array(text, { minLength: count, maxLength: count });
  const constructor = typedArrayOf(datatype);
  const bytes = count * constructor.BYTES_PER_ELEMENT;
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((random) => new constructor(Uint8Array.from(random).buffer));
}

const tensor: fc.Arbitrary<Tensor> = fc
  .record({ name: text, datatype: fc.constantFrom(...DATA_TYPES), shape })
  .chain(({ name, datatype, shape: sizes }) =>
    elements(
      datatype,
      sizes.reduce((product, size) => product * size, 1),
    ).map((data) => ({ name, datatype, shape: sizes, data })),
  );

const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...FRAME_KINDS),
  id: fc.nat({ max: 2 ** 32 - 1 }),
  first: fc.double(),
  second: fc.double(),
  text,
  names: fc.option(fc.array(text)),
  tensors: fc.array(tensor, { maxLength: 4 }),
});

/** Numbers by their bits, so that NaN and -0 are told apart. */
function bits({ data, ...rest }: Tensor): object {
  if (Array.isArray(data)) return { ...rest, data };
  const { buffer, byteOffset, byteLength } = data as Uint8Array<ArrayBuffer>;
  return {
    ...rest,
    type: data.constructor.name,
    bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  };
}

function comparable({ tensors, ...rest }: Frame): object {
  return { ...rest, tensors: tensors.map(bits) };
}

/** What each frame was when it was complete: a later one may take its memory. */
function readAll(bytes: Uint8Array, pieces: readonly number[], reader = new FrameReader()): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  for (let piece = 0; at < bytes.length; piece += 1) {
    const size = pieces.length === 0 ? bytes.length : (pieces[piece % pieces.length] ?? 1);
    for (const complete of reader.push(bytes.subarray(at, at + size))) frames.push(structuredClone(complete));
    at += size;
  }
  return frames;
}

describe('frames', () => {
  it('come out as they went in, whatever the pieces they arrive in', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 5 }),
        fc.boolean(),
        (frames, pieces, reuses) => {
          const bytes = Buffer.concat(frames.flatMap((one) => encodeFrame(one)));
          expect(readAll(bytes, pieces, new FrameReader(reuses)).map(comparable)).toEqual(
            frames.map(comparable),
          );
        },
      ),
      { numRuns: rounds(300) },
    );
  });

  it('carry parts of larger buffers, and what is too large to be copied', () => {
    const whole = Float32Array.from({ length: 300_001 }, (_, index) => index);
    const tensors: Tensor[] = [
      { name: 'part', datatype: 'FP32', shape: [3], data: whole.subarray(1, 4) },
      { name: 'large', datatype: 'FP32', shape: [300_000], data: whole.subarray(1) },
      { name: 'flags', datatype: 'BOOL', shape: [3], data: new Uint8Array([1, 0, 1]) },
      { name: 'last', datatype: 'INT64', shape: [], data: new BigInt64Array([-(2n ** 63n)]) },
    ];
    const chunks = encodeFrame({ kind: 'run', id: 1, tensors });
    expect(chunks.length).toBeGreaterThan(1);
    const [read] = readAll(Buffer.concat(chunks), [65_536]);
    expect(read?.tensors.map(bits)).toEqual(tensors.map(bits));
  });

  it('refuse a tensor whose elements do not fill its shape', () => {
    const emptied: Tensor = { name: 'x', datatype: 'FP32', shape: [2], data: new Float32Array(0) };
    expect(() => encodeFrame({ kind: 'run', id: 1, tensors: [emptied] })).toThrow(/"x".*0 elements/);
  });

  it('that are damaged are told, and never read as more or other than what fits', () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, place, change) => {
        const bytes = Buffer.concat(encodeFrame(sent));
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        let read: Frame[];
        try {
          read = readAll(bytes, []);
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenFrame);
          return;
        }
        // A byte of a value or a name may have changed; the sizes still belong together.
        for (const { tensors } of read)
          for (const { shape: sizes, data } of tensors)
            expect(data).toHaveLength(sizes.reduce((product, size) => product * size, 1));
      }),
      { numRuns: rounds(500) },
    );
  });

  it('of any other bytes are refused before anything is made room for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), (bytes) => {
        fc.pre(Buffer.from(bytes).readUInt32LE(0) !== 0x31465452);
        expect(() => readAll(bytes, [])).toThrow(BrokenFrame);
      }),
    );
  });
});
