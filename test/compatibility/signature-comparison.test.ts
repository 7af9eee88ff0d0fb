import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareSignatures, type SignatureDifference } from '../../src/compatibility/index.js';
import {
  checkInputs,
  DATA_TYPES,
  type DataType,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '../../src/tensors/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { rounds } from '../support/depth.js';

/** `x: FP32 [batch,4]`; `?` is a variable dimension without a name, `*` any shape. */
function spec(text: string): TensorSpec {
  const [, name = '', datatype = '', sizes = ''] = /^(\w+): (\w+) \[(.*)\]$/.exec(text) ?? [];
  if (sizes === '*') return { name, datatype: datatype as DataType, shape: [], unranked: true };
  const dims = sizes === '' ? [] : sizes.split(',');
  const shape = dims.map((size) => (/^\d+$/.test(size) ? Number(size) : -1));
  const dimensions = dims.map((size) => (/^(\d+|\?)$/.test(size) ? null : size));
  return {
    name,
    datatype: datatype as DataType,
    shape,
    ...(dimensions.some((dimension) => dimension !== null) ? { dimensions } : {}),
  };
}

const signature = (inputs: readonly string[], outputs: readonly string[]): Signature => ({
  inputs: inputs.map(spec),
  outputs: outputs.map(spec),
});
const told = ({ differences }: { differences: readonly SignatureDifference[] }) =>
  differences.map(({ side, tensor, kind, severity }) => `${side} ${tensor} ${kind} ${severity}`);

describe('compareSignatures of inputs', () => {
  it.each<[change: string, base: string[], target: string[], expected: string[]]>([
    ['nothing', ['x: FP32 [n,4]'], ['x: FP32 [n,4]'], []],
    ['a new input', ['x: FP32 [n]'], ['x: FP32 [n]', 'k: INT64 []'], ['INPUT k ADDED BREAKING']],
    ['an input gone', ['x: FP32 [n]', 'k: INT64 []'], ['x: FP32 [n]'], ['INPUT k REMOVED BREAKING']],
    ['another name', ['x: FP32 [n,4]'], ['features: FP32 [n,4]'], ['INPUT x RENAMED BREAKING']],
    [
      'names that could be either of two',
      ['x: FP32 [n]', 'y: FP32 [n]'],
      ['a: FP32 [n]', 'b: FP32 [n]'],
      [
        'INPUT x REMOVED BREAKING',
        'INPUT y REMOVED BREAKING',
        'INPUT a ADDED BREAKING',
        'INPUT b ADDED BREAKING',
      ],
    ],
    ['another datatype', ['x: FP32 [4]'], ['x: FP64 [4]'], ['INPUT x DATATYPE BREAKING']],
    ['one more dimension', ['x: FP32 [4]'], ['x: FP32 [4,1]'], ['INPUT x RANK BREAKING']],
    ['a scalar made a list', ['x: FP32 []'], ['x: FP32 [1]'], ['INPUT x RANK BREAKING']],
    ['a size opened', ['x: FP32 [1,4]'], ['x: FP32 [n,4]'], ['INPUT x WIDENED COMPATIBLE']],
    ['a size fixed', ['x: FP32 [n,4]'], ['x: FP32 [1,4]'], ['INPUT x NARROWED BREAKING']],
    ['another size', ['x: FP32 [n,4]'], ['x: FP32 [n,5]'], ['INPUT x RESIZED BREAKING']],
    ['any shape allowed', ['x: FP32 [n,4]'], ['x: FP32 [*]'], ['INPUT x WIDENED COMPATIBLE']],
    ['no longer any shape', ['x: FP32 [*]'], ['x: FP32 [n,4]'], ['INPUT x NARROWED BREAKING']],
    ['any shape and no shape', ['x: FP32 [*]'], ['x: FP32 []'], ['INPUT x NARROWED BREAKING']],
    [
      'a dimension by another name',
      ['x: FP32 [n]'],
      ['x: FP32 [rows]'],
      ['INPUT x DIMENSION_NAME COMPATIBLE'],
    ],
    [
      'sizes that must now agree',
      ['x: FP32 [n]', 'y: FP32 [m]'],
      ['x: FP32 [n]', 'y: FP32 [n]'],
      ['INPUT y DIMENSION_NAME COMPATIBLE', 'INPUT y TIED BREAKING'],
    ],
    [
      'sizes that must no longer agree',
      ['x: FP32 [n]', 'y: FP32 [n]'],
      ['x: FP32 [n]', 'y: FP32 [?]'],
      ['INPUT y DIMENSION_NAME COMPATIBLE', 'INPUT y UNTIED COMPATIBLE'],
    ],
    [
      'equal sizes opened together',
      ['x: FP32 [3]', 'y: FP32 [3]'],
      ['x: FP32 [n]', 'y: FP32 [n]'],
      ['INPUT x WIDENED COMPATIBLE', 'INPUT y WIDENED COMPATIBLE'],
    ],
    [
      'another order',
      ['x: FP32 [n]', 'k: INT64 []'],
      ['k: INT64 []', 'x: FP32 [n]'],
      ['INPUT x ORDER COMPATIBLE'],
    ],
  ])('%s', (_, base, target, expected) => {
    const outputs = ['y: FP32 []'];
    const comparison = compareSignatures(signature(base, outputs), signature(target, outputs));
    expect(told(comparison)).toEqual(expected);
    expect(comparison.compatibility).toBe(worstOf(expected));
  });
});

describe('compareSignatures of outputs', () => {
  it.each<[change: string, base: string, target: string, expected: string[]]>([
    ['another datatype', 'y: FP32 [n]', 'y: FP64 [n]', ['OUTPUT y DATATYPE BREAKING']],
    ['another rank', 'y: FP32 [n]', 'y: FP32 [n,1]', ['OUTPUT y RANK BREAKING']],
    ['another name', 'y: FP32 [n]', 'z: FP32 [n]', ['OUTPUT y RENAMED BREAKING']],
    ['a size opened', 'y: FP32 [n,4]', 'y: FP32 [n,?]', ['OUTPUT y WIDENED BREAKING']],
    ['any shape', 'y: FP32 [n,4]', 'y: FP32 [*]', ['OUTPUT y WIDENED BREAKING']],
    ['no longer any shape', 'y: FP32 [*]', 'y: FP32 [n,4]', ['OUTPUT y NARROWED COMPATIBLE']],
    ['another size', 'y: FP32 [n,4]', 'y: FP32 [n,5]', ['OUTPUT y RESIZED BREAKING']],
    [
      'a size fixed that followed nothing',
      'y: FP32 [n,?]',
      'y: FP32 [n,4]',
      ['OUTPUT y NARROWED COMPATIBLE'],
    ],
    ['a size fixed that followed an input', 'y: FP32 [4,n]', 'y: FP32 [4,2]', ['OUTPUT y NARROWED BREAKING']],
    ['the batch fixed', 'y: FP32 [?,4]', 'y: FP32 [1,4]', ['OUTPUT y NARROWED BREAKING']],
  ])('%s', (_, base, target, expected) => {
    const inputs = ['x: FP32 [n,4]'];
    expect(told(compareSignatures(signature(inputs, [base]), signature(inputs, [target])))).toEqual(expected);
  });

  it('a new one concerns nobody, a missing one those who read it', () => {
    const [one, two] = [
      signature(['x: FP32 []'], ['y: FP32 []']),
      signature(['x: FP32 []'], ['y: FP32 []', 'z: BOOL []']),
    ];
    expect(compareSignatures(one, two)).toMatchObject({
      compatibility: 'COMPATIBLE',
      differences: [{ kind: 'ADDED', tensor: 'z', base: null, target: { datatype: 'BOOL' } }],
    });
    expect(compareSignatures(two, one)).toMatchObject({
      compatibility: 'BREAKING',
      differences: [{ kind: 'REMOVED', tensor: 'z', target: null }],
    });
  });

  it('says in words what was and what is', () => {
    const { differences } = compareSignatures(
      signature(['x: FP32 [batch,4]'], ['y: FP32 [batch]']),
      signature(['x: FP32 [batch,5]'], ['y: FP64 [batch]']),
    );
    expect(differences.map(({ reason }) => reason)).toEqual([
      'Input "x", dimension 1 is 5 instead of 4.',
      'Output "y" has datatype FP64 instead of FP32.',
    ]);
  });
});

const dimension = fc.constantFrom('1', '2', '3', '?', 'n', 'm', 'k');
const tensor = (name: string) =>
  fc
    .tuple(
      fc.constantFrom<DataType>('FP32', 'INT64'),
      fc.oneof(
        { weight: 8, arbitrary: fc.array(dimension, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant(['*']) },
      ),
    )
    .map(([datatype, sizes]) => spec(`${name}: ${datatype} [${sizes.join(',')}]`));
const tensors = (names: string[]) =>
  fc.subarray(names).chain((chosen) => fc.tuple(...chosen.map(tensor)).map((specs) => [...specs]));
const anySignature = fc.record({ inputs: tensors(['a', 'b', 'c']), outputs: tensors(['y', 'z']) });
/** Signatures that are often nearly the same, since two random ones nearly never are. */
const signaturePair = fc
  .tuple(anySignature, anySignature, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
  .map(([base, other, keep]): [Signature, Signature] => {
    const mixed = (side: 'inputs' | 'outputs', offset: number) =>
      base[side].map((own, index) =>
        keep[offset + index] ? own : (other[side].find(({ name }) => name === own.name) ?? own),
      );
    return [base, { inputs: mixed('inputs', 0), outputs: mixed('outputs', 3) }];
  });

describe('compareSignatures, for any signatures', () => {
  it('finds a signature identical to itself', () => {
    fc.assert(
      fc.property(anySignature, (one) => {
        expect(compareSignatures(one, one)).toEqual({ compatibility: 'IDENTICAL', differences: [] });
      }),
    );
  });

  it('calls identical only what is equal', () => {
    fc.assert(
      fc.property(signaturePair, ([base, target]) => {
        if (compareSignatures(base, target).compatibility === 'IDENTICAL') expect(target).toEqual(base);
      }),
      { numRuns: rounds(500) },
    );
  });

  it('breaks on inputs exactly when the most general request of the base does not fit the target', () => {
    const pairs = fc.oneof(signaturePair, fc.tuple(anySignature, anySignature));
    fc.assert(
      fc.property(pairs, ([base, target]) => {
        const { differences } = compareSignatures(base, target);
        const breaks = differences.some(({ side, severity }) => side === 'INPUT' && severity === 'BREAKING');
        expect(accepts(target, mostGeneralRequest(base))).toBe(!breaks);
      }),
      { numRuns: rounds(1_000) },
    );
  });

  it('finds the same tensors at fault the other way round', () => {
    fc.assert(
      fc.property(anySignature, anySignature, (one, other) => {
        const names = (differences: readonly SignatureDifference[]) =>
          new Set(
            differences
              .filter(({ kind }) => !['RENAMED', 'ORDER', 'TIED', 'UNTIED'].includes(kind))
              .flatMap(({ side, tensor }) => `${side} ${tensor}`),
          );
        const there = compareSignatures(one, other).differences;
        const back = compareSignatures(other, one).differences;
        if ([...there, ...back].some(({ kind }) => kind === 'RENAMED')) return;
        expect(names(there)).toEqual(names(back));
      }),
    );
  });
});

/** Every variable dimension has a size of its own, except where the base wants two of them to agree. */
function mostGeneralRequest({ inputs }: Signature): Tensor[] {
  let next = 1_000;
  const named = new Map<string, number>();
  return inputs.map(({ name, datatype, shape, dimensions, unranked }) => {
    const sizes = shape.map((size, axis) => {
      if (size !== -1) return size;
      const dimension = dimensions?.[axis] ?? null;
      if (dimension === null) return next++;
      const known = named.get(dimension) ?? next++;
      named.set(dimension, known);
      return known;
    });
    // checkInputs looks at shapes and not at values.
    return { name, datatype, shape: unranked ? [7, 7, 7, 7, 7] : sizes, data: new Float32Array() };
  });
}

function accepts(signature: Signature, request: readonly Tensor[]): boolean {
  try {
    checkInputs(signature, request);
    return keepsNames(signature, request);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INVALID_TENSOR') return false;
    throw error;
  }
}

/** Whether dimensions that are declared by one name have one size, as a graph may ask. */
function keepsNames({ inputs }: Signature, request: readonly Tensor[]): boolean {
  const sizes = new Map<string, number>();
  return inputs.every(({ name, shape, dimensions }) => {
    const sent = request.find((tensor) => tensor.name === name);
    return shape.every((size, axis) => {
      const named = size === -1 ? dimensions?.[axis] : null;
      if (!sent || named === null || named === undefined) return true;
      const got = sent.shape[axis] ?? 0;
      const known = sizes.get(named) ?? got;
      sizes.set(named, known);
      return known === got;
    });
  });
}

function worstOf(expected: readonly string[]): string {
  if (expected.some((text) => text.endsWith('BREAKING'))) return 'BREAKING';
  return expected.length > 0 ? 'COMPATIBLE' : 'IDENTICAL';
}

it('knows the datatypes that tensors have', () => {
  // The table above writes them by name; a typo there would test nothing.
  expect(DATA_TYPES).toEqual(expect.arrayContaining(['FP32', 'FP64', 'INT64', 'BOOL']));
});
