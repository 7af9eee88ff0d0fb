import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { elementType } from '../../../src/onnx/difference/element-types.js';
import { compareGraphs } from '../../../src/onnx/difference/graph-difference.js';
import type { InitializerDifference } from '../../../src/onnx/index.js';
import { ModelFolder } from '../awkward-models.js';
import { rounds } from '../../support/depth.js';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await ModelFolder.create();
});
afterAll(async () => folder[Symbol.asyncDispose]());

// Every way in which TensorProto of onnx/onnx.proto holds elements; GraphBuilder writes raw_data and string_data only.
const writer = protobuf
  .parse(
    `syntax = "proto2";
    message ModelProto { optional int64 ir_version = 1; optional GraphProto graph = 7; }
    message GraphProto { repeated TensorProto initializer = 5; repeated SparseTensorProto sparse_initializer = 15; }
    message SparseTensorProto { optional TensorProto values = 1; optional TensorProto indices = 2; repeated int64 dims = 3; }
    message TensorProto {
      repeated int64 dims = 1;
      optional int32 data_type = 2;
      repeated float float_data = 4 [packed = true];
      repeated int32 int32_data = 5 [packed = true];
      repeated bytes string_data = 6;
      repeated int64 int64_data = 7 [packed = true];
      optional string name = 8;
      optional bytes raw_data = 9;
      repeated double double_data = 10 [packed = true];
      repeated uint64 uint64_data = 11 [packed = true];
    }`,
    { keepCase: true },
  )
  .root.lookupType('ModelProto');

interface Elements {
  readonly data_type: number;
  readonly dims?: readonly number[];
  readonly [data: string]: unknown;
}

function model(graph: object): Uint8Array {
  return writer.encode(writer.fromObject({ ir_version: 8, graph })).finish();
}

async function difference(base: Elements, target: Elements): Promise<InitializerDifference | 'EQUAL'> {
  const one = ({ dims = [2], ...tensor }: Elements) =>
    model({ initializer: [{ name: 'w', dims, ...tensor }] });
  const { initializers } = compareGraphs(await folder.file(one(base)), await folder.file(one(target)));
  const [found] = initializers.differences;
  return found ?? 'EQUAL';
}

const bytes = (...values: number[]) => Buffer.from(values);
const halves = (...bits: number[]) => Buffer.from(Uint16Array.from(bits).buffer);
const raw = (array: { buffer: ArrayBuffer }) => Buffer.from(array.buffer);

describe('changes of stored elements', () => {
  it.each<[type: string, base: Elements, target: Elements, largest: number, mean: number]>([
    [
      'FP32',
      { data_type: 1, raw_data: raw(Float32Array.of(1, 2)) },
      { data_type: 1, raw_data: raw(Float32Array.of(1, 2.5)) },
      0.5,
      0.25,
    ],
    [
      'FP32 in float_data',
      { data_type: 1, float_data: [1, 2] },
      { data_type: 1, raw_data: raw(Float32Array.of(1, 2.5)) },
      0.5,
      0.25,
    ],
    [
      'FP64 in double_data',
      { data_type: 11, double_data: [1, 2] },
      { data_type: 11, raw_data: raw(Float64Array.of(1, 4)) },
      2,
      1,
    ],
    [
      'FP16',
      { data_type: 10, raw_data: halves(0x3c00, 0xc000) },
      { data_type: 10, raw_data: halves(0x3c00, 0x4000) },
      4,
      2,
    ],
    [
      'FP16 in int32_data',
      { data_type: 10, int32_data: [0x3c00, 0xc000] },
      { data_type: 10, raw_data: halves(0x3c00, 0x4000) },
      4,
      2,
    ],
    [
      'BFLOAT16',
      { data_type: 16, raw_data: halves(0x3f80, 0x4000) },
      { data_type: 16, raw_data: halves(0x3f80, 0x4040) },
      1,
      0.5,
    ],
    [
      'INT8 in int32_data',
      { data_type: 3, int32_data: [-1, -128] },
      { data_type: 3, raw_data: bytes(0xff, 0x7f) },
      255,
      127.5,
    ],
    [
      'UINT8',
      { data_type: 2, raw_data: bytes(0, 255) },
      { data_type: 2, raw_data: bytes(255, 255) },
      255,
      127.5,
    ],
    [
      'INT16 in int32_data',
      { data_type: 5, int32_data: [-3, 4] },
      { data_type: 5, int32_data: [3, 4] },
      6,
      3,
    ],
    [
      'UINT16',
      { data_type: 4, raw_data: halves(65_535, 0) },
      { data_type: 4, raw_data: halves(0, 0) },
      65_535,
      32_767.5,
    ],
    [
      'INT32 in int32_data',
      { data_type: 6, int32_data: [-5, 5] },
      { data_type: 6, raw_data: raw(Int32Array.of(5, 5)) },
      10,
      5,
    ],
    [
      'UINT32 in uint64_data',
      { data_type: 12, uint64_data: [4_000_000_000, 1] },
      { data_type: 12, raw_data: raw(Uint32Array.of(0, 1)) },
      4_000_000_000,
      2_000_000_000,
    ],
    [
      'INT64 in int64_data',
      { data_type: 7, int64_data: [-7, 1] },
      { data_type: 7, raw_data: raw(BigInt64Array.of(-6n, 1n)) },
      1,
      0.5,
    ],
    [
      'UINT64',
      { data_type: 13, raw_data: raw(BigUint64Array.of(2n ** 64n - 1n, 1n)) },
      { data_type: 13, raw_data: raw(BigUint64Array.of(2n ** 64n - 3n, 1n)) },
      2,
      1,
    ],
    ['BOOL', { data_type: 9, raw_data: bytes(0, 1) }, { data_type: 9, int32_data: [1, 1] }, 1, 0.5],
    [
      'FLOAT8E4M3FN',
      { data_type: 17, raw_data: bytes(0x38, 0x38) },
      { data_type: 17, raw_data: bytes(0x38, 0x40) },
      1,
      0.5,
    ],
    [
      'FLOAT8E5M2',
      { data_type: 19, raw_data: bytes(0x3c, 0x3c) },
      { data_type: 19, raw_data: bytes(0x3c, 0xbc) },
      2,
      1,
    ],
    ['INT4', { data_type: 22, raw_data: bytes(0x8f) }, { data_type: 22, raw_data: bytes(0x7f) }, 15, 7.5],
    [
      'UINT4 in int32_data',
      { data_type: 21, int32_data: [0x0f] },
      { data_type: 21, raw_data: bytes(0x00) },
      15,
      7.5,
    ],
    [
      'COMPLEX64',
      { data_type: 14, float_data: [1, 2, 3, 4] },
      { data_type: 14, float_data: [1, 2, 3, 0] },
      4,
      1,
    ],
  ])('of %s', async (_, base, target, largest, mean) => {
    const found = await difference(base, target);
    expect(found).toMatchObject({
      change: 'CHANGED',
      difference: { changed: 1, largest, mean, nonFinite: 0 },
    });
    expect(await difference(base, base)).toBe('EQUAL');
  });

  it('finds the same numbers equal however they are stored', async () => {
    const stored = { data_type: 6, int32_data: [-1, 70_000] };
    expect(await difference(stored, { data_type: 6, raw_data: raw(Int32Array.of(-1, 70_000)) })).toBe(
      'EQUAL',
    );
  });

  it('tells 64-bit integers apart that are equal as doubles', async () => {
    const wide = (...values: bigint[]) => ({ data_type: 7, raw_data: raw(BigInt64Array.from(values)) });
    expect(await difference(wide(2n ** 60n, 0n), wide(2n ** 60n + 1n, 0n))).toMatchObject({
      difference: { changed: 1, largest: 1 },
    });
  });

  it('counts what is not finite apart, and NaN as equal to itself', async () => {
    const floats = (...values: number[]) => ({
      data_type: 1,
      dims: [4],
      raw_data: raw(Float32Array.from(values)),
    });
    expect(await difference(floats(NaN, 1, 2, Infinity), floats(NaN, NaN, 3, Infinity))).toMatchObject({
      difference: { changed: 2, nonFinite: 1, largest: 1, mean: 1, meanMagnitude: 1.5 },
    });
    // Nothing that could be measured is not a difference of 0.
    expect(await difference(floats(NaN, NaN, NaN, NaN), floats(1, 2, 3, 4))).toMatchObject({
      difference: { changed: 4, nonFinite: 4, largest: null, mean: null, meanMagnitude: null },
    });
    expect(await difference(floats(NaN, 0, 1, 2), floats(NaN, -0, 1, 2))).toBe('EQUAL');
  });

  it.each<[string, Elements, Elements]>([
    [
      'text',
      { data_type: 8, string_data: [Buffer.from('ab'), Buffer.from('c')] },
      { data_type: 8, string_data: [Buffer.from('a'), Buffer.from('bc')] },
    ],
    [
      'a type nobody knows yet',
      { data_type: 99, raw_data: bytes(1, 2) },
      { data_type: 99, raw_data: bytes(1, 3) },
    ],
    [
      'bytes that do not fill their shape',
      { data_type: 1, raw_data: bytes(1, 2, 3, 4) },
      { data_type: 1, raw_data: bytes(1, 2, 3, 5) },
    ],
  ])('has no numbers for %s', async (_, base, target) => {
    expect(await difference(base, target)).toMatchObject({ change: 'CHANGED', difference: null });
    expect(await difference(base, base)).toBe('EQUAL');
  });

  it('compares sparse tensors as a whole', async () => {
    const sparse = (value: number, place: number) =>
      folder.file(
        model({
          sparse_initializer: [
            {
              values: { name: 's', dims: [1], data_type: 1, float_data: [value] },
              indices: { dims: [1], data_type: 7, int64_data: [place] },
              dims: [100],
            },
          ],
        }),
      );
    const [one, moved] = [await sparse(1, 5), await sparse(1, 6)];
    expect(compareGraphs(one, one).initializers.totals).toMatchObject({ unchanged: 1, changed: 0 });
    expect(compareGraphs(one, moved).initializers.differences).toEqual([
      {
        change: 'CHANGED',
        name: 's',
        targetName: null,
        base: { datatype: 'FP32', shape: [100] },
        target: { datatype: 'FP32', shape: [100] },
        difference: null,
      },
    ]);
  });

  it('agrees with the plain formula for any floats', async () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, max: 1e6, min: -1e6 }), {
      minLength: 1,
      maxLength: 50,
    });
    await fc.assert(
      fc.asyncProperty(
        floats,
        fc.infiniteStream(fc.float({ noNaN: true, min: -10, max: 10 })),
        async (base, shifts) => {
          const target = base.map((value) => Math.fround(value + (shifts.next().value as number)));
          const dims = [base.length];
          const found = await difference(
            { data_type: 1, dims, float_data: base },
            { data_type: 1, dims, float_data: target },
          );
          const distances = base.map((value, index) => Math.abs((target[index] ?? 0) - value));
          const largest = Math.max(...distances);
          if (largest === 0) expect(found).toBe('EQUAL');
          else {
            const mean = distances.reduce((sum, distance) => sum + distance, 0) / base.length;
            expect(found).toMatchObject({
              difference: { largest, mean, changed: distances.filter((distance) => distance > 0).length },
            });
          }
        },
      ),
      { numRuns: rounds(50) },
    );
  });
});

// Values of the tables in the ONNX operators documentation.
describe('small floats', () => {
  const value = (type: number, bits: number) => {
    const decoding = elementType(type)?.decoding;
    return decoding?.kind === 'table' ? decoding.table()[bits] : undefined;
  };
  it.each([
    [17, 0x7e, 448],
    [17, 0x01, 2 ** -9],
    [17, 0x7f, NaN],
    [17, 0xff, NaN],
    [18, 0x7f, 240],
    [18, 0x80, NaN],
    [19, 0x7b, 57_344],
    [19, 0x7c, Infinity],
    [19, 0xfc, -Infinity],
    [19, 0x7d, NaN],
    [20, 0x7f, 57_344],
    [20, 0x80, NaN],
    [22, 0x8, -8],
    [23, 0x7, 6],
    [23, 0x1, 0.5],
    [23, 0xf, -6],
    [24, 127, 1],
    [24, 255, NaN],
    [26, 2, -2],
  ])('type %i, bits %i: %d', (type, bits, expected) => {
    expect(value(type, bits)).toBe(expected);
  });
});
