import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  DATA_TYPES,
  decodeTensor,
  encodeTensor,
  tensorBytes,
  type DataType,
} from '../../src/tensors/index.js';
import { fromHalf, toHalf } from '../../src/tensors/half-float.js';
import { rounds } from '../support/depth.js';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

// JSON knows no negative zero; that only base64 keeps it is documented on encodeTensor.
const withoutNegativeZero = (value: number) => (value === 0 ? 0 : value);
const jsonFloat = (floats: fc.Arbitrary<number>) =>
  floats.map((value) => (Number.isFinite(value) ? withoutNegativeZero(value) : String(value)));

/** JSON elements of each type, as encodeTensor writes them. */
const elements: Record<DataType, fc.Arbitrary<unknown>> = {
  BOOL: fc.boolean(),
  UINT8: fc.integer({ min: 0, max: 255 }),
  UINT16: fc.integer({ min: 0, max: 65_535 }),
  UINT32: fc.integer({ min: 0, max: 4_294_967_295 }),
  INT8: fc.integer({ min: -128, max: 127 }),
  INT16: fc.integer({ min: -32_768, max: 32_767 }),
  INT32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  UINT64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(wide),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(wide),
  FP16: jsonFloat(fc.integer({ min: 0, max: 65_535 }).map(fromHalf)),
  FP32: jsonFloat(fc.float()),
  FP64: jsonFloat(fc.double()),
  // Every code point but NUL, which the runtime could not carry.
  BYTES: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
};

function wide(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function nest(flat: readonly unknown[], sizes: readonly number[]): unknown {
  const [size, ...inner] = sizes;
  if (size === undefined) return flat[0];
  const stride = inner.reduce((product, next) => product * next, 1);
  return Array.from({ length: size }, (_, index) =>
    nest(flat.slice(index * stride, (index + 1) * stride), inner),
  );
}

const asFloat = (element: unknown) => (typeof element === 'number' ? Math.fround(element) : element);

describe.each(DATA_TYPES)('%s', (datatype) => {
  const tensors = shape.chain((sizes) => {
    const count = sizes.reduce((product, size) => product * size, 1);
    return fc.tuple(fc.constant(sizes), fc.array(elements[datatype], { minLength: count, maxLength: count }));
  });

  it('comes back from JSON and base64 as it went, flat or nested', () => {
    fc.assert(
      fc.property(tensors, ([sizes, flat]) => {
        const decoded = decodeTensor({ name: 'x', datatype, shape: sizes, data: flat });
        // FP32 is written with fewer digits than its double has; see shortest-float.test.ts.
        const written = encodeTensor(decoded, 'JSON') as unknown[];
        expect(datatype === 'FP32' ? written.map(asFloat) : written).toEqual(flat);
        const throughJson: unknown = JSON.parse(JSON.stringify(encodeTensor(decoded, 'JSON')));
        expect(decodeTensor({ name: 'x', datatype, shape: sizes, data: throughJson })).toEqual(decoded);
        // A lone string in place of a scalar would be base64, so a scalar of strings is sent in an array.
        const nested = nest(flat, sizes);
        if (typeof nested !== 'string')
          expect(decodeTensor({ name: 'x', datatype, shape: sizes, data: nested })).toEqual(decoded);
        const base64 = encodeTensor(decoded, 'BASE64');
        expect(decodeTensor({ name: 'x', datatype, shape: sizes, data: base64 })).toEqual(decoded);
      }),
    );
  });

  it('comes back from its bytes, wherever they stand in a larger body, in a buffer of its own', () => {
    fc.assert(
      fc.property(tensors, fc.integer({ min: 0, max: 9 }), ([sizes, flat], offset) => {
        const decoded = decodeTensor({ name: 'x', datatype, shape: sizes, data: flat });
        const bytes = tensorBytes(decoded);
        const body = Buffer.concat([Buffer.alloc(offset, 0xee), bytes, Buffer.alloc(3, 0xee)]);
        const data = body.subarray(offset, offset + bytes.length);
        const again = decodeTensor({ name: 'x', datatype, shape: sizes, data });
        expect(again).toEqual(decoded);
        if (ArrayBuffer.isView(again.data)) expect(again.data.buffer.byteLength).toBe(bytes.length);
      }),
    );
  });
});

describe('base64', () => {
  it('keeps every bit of every float, and is little-endian', () => {
    const data = new Float32Array([-0, NaN, 1]);
    const text = encodeTensor({ name: 'x', datatype: 'FP32', shape: [3], data }, 'BASE64');
    expect(Buffer.from(text as string, 'base64').toString('hex')).toBe('000000800000c07f0000803f');
  });

  it('encodes only the part of a larger buffer that the tensor is', () => {
    const data = new Float32Array([9, 1, 9]).subarray(1, 2);
    expect(encodeTensor({ name: 'x', datatype: 'FP32', shape: [1], data }, 'BASE64')).toBe('AACAPw==');
  });
});

describe('half precision', () => {
  it('has every pattern of bits come back', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else if (toHalf(value) !== bits) throw new Error(`${bits} came back as ${toHalf(value)}`);
    }
  });

  it('rounds every number to the nearest half, ties to the even one', () => {
    const step = (bits: number) => fromHalf(bits + 1);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x7bfe }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bits, share) => {
          const [below, above] = [fromHalf(bits), step(bits)];
          const value = below + (above - below) * share;
          const middle = (below + above) / 2;
          const expected = value < middle ? bits : value > middle ? bits + 1 : bits + (bits % 2);
          expect(toHalf(value)).toBe(expected);
          expect(toHalf(-value)).toBe(expected | 0x8000);
        },
      ),
      { numRuns: rounds(2000) },
    );
  });
});
