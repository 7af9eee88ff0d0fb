import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Lifetime } from '../../src/inference/deadline.js';
import {
  tensorKeeping,
  tensorQuestion,
  valueKeeping,
  jsonQuestion,
} from '../../src/inference/kept-answers.js';
import { PRIORITIES, type Priority } from '../../src/inference/priority.js';
import { ResponseCache } from '../../src/inference/response-cache.js';
import { DATA_TYPES, decodeTensor, type Tensor } from '../../src/tensors/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { settled } from './fake-model.js';

const MB = 1_000_000;
const keeping = valueKeeping<unknown>(() => true);
const asker = (priority: Priority = 'NORMAL') => ({ priority, lifetime: new Lifetime() });

/** A computation that ends when the test says so. */
class Work {
  calls = 0;
  lifetime: Lifetime | null = null;
  resolve: (value: unknown) => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;

  readonly compute = (lifetime: Lifetime): Promise<unknown> => {
    this.calls += 1;
    this.lifetime = lifetime;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  };
}

describe('remembered answers', () => {
  it('are computed once, then kept', async () => {
    const cache = new ResponseCache(MB);
    let calls = 0;
    const ask = (key: string) => cache.find(key, asker(), keeping, async () => ({ calls: (calls += 1) }));
    expect(await ask('a')).toEqual({ answer: { calls: 1 }, hit: false });
    expect(await ask('a')).toEqual({ answer: { calls: 1 }, hit: true });
    expect(await ask('b')).toEqual({ answer: { calls: 2 }, hit: false });
  });

  it('take no more bytes than they may, whatever is asked; the longest unused go first', async () => {
    const questions = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 900 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        const cache = new ResponseCache(4_000);
        for (const [question, length] of asked) {
          await cache.find(String(question), asker(), keeping, async () => 'x'.repeat(length));
          expect(cache.bytes).toBeLessThanOrEqual(4_000);
        }
      }),
    );
    const cache = new ResponseCache(3_000);
    const ask = async (key: string) =>
      (await cache.find(key, asker(), keeping, async () => 'x'.repeat(1_000))).hit;
    expect([await ask('a'), await ask('b'), await ask('a'), await ask('c')]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect([await ask('a'), await ask('c'), await ask('b')]).toEqual([true, true, false]);
  });

  it('may be larger than all they may take: then they are given but not kept', async () => {
    const cache = new ResponseCache(100);
    expect((await cache.find('a', asker(), keeping, async () => 'x'.repeat(1_000))).answer).toHaveLength(
      1_000,
    );
    expect(cache.bytes).toBe(0);
  });

  it('are not kept when they would not last, nor when they are failures', async () => {
    const cache = new ResponseCache(MB);
    const passing = valueKeeping<number>(() => false);
    for (const hit of [false, false])
      expect(await cache.find('a', asker(), passing, async () => 1)).toEqual({ answer: 1, hit });
    const failing = () =>
      cache.find('b', asker(), keeping, async () => {
        throw new DomainError('RUN_FAILED', 'no');
      });
    await expect(failing()).rejects.toMatchObject({ code: 'RUN_FAILED' });
    expect(await cache.find('b', asker(), keeping, async () => 2)).toEqual({ answer: 2, hit: false });
  });

  it('share no memory with each other, nor with what was computed', async () => {
    const cache = new ResponseCache(MB);
    const computed: Tensor[] = [
      { name: 'y', datatype: 'FP32', shape: [2], data: new Float32Array([9, 1, 2]).subarray(1) },
      { name: 's', datatype: 'BYTES', shape: [1], data: ['a'] },
    ];
    const expected = structuredClone(computed);
    const find = async () => (await cache.find('a', asker(), tensorKeeping, async () => computed)).answer;
    const spoil = (tensors: Tensor[]) => {
      for (const { shape, data } of tensors) {
        (shape as number[])[0] = -1;
        (data as unknown[])[0] = 'spoilt';
        if (ArrayBuffer.isView(data)) structuredClone(data.buffer, { transfer: [data.buffer] });
      }
      tensors.length = 0;
    };
    spoil(await find());
    spoil(computed);
    spoil(await find());
    expect(await find()).toEqual(expected);
  });
});

describe('equal questions at the same time', () => {
  it('are computed once; who asked first is told it was computed, the others that it was shared', async () => {
    const cache = new ResponseCache(MB);
    const work = new Work();
    const asked = [1, 2, 3].map(() => cache.find('a', asker(), keeping, work.compute));
    work.resolve({ value: 1 });
    expect((await Promise.all(asked)).map(({ hit }) => hit)).toEqual([false, true, true]);
    expect(work.calls).toBe(1);
    const answers = (await Promise.all(asked)).map(({ answer }) => answer);
    expect(new Set(answers).size).toBe(3);
  });

  it('fail together, each with an error of its own', async () => {
    const cache = new ResponseCache(MB);
    const work = new Work();
    const asked = Promise.allSettled([1, 2, 3].map(() => cache.find('a', asker(), keeping, work.compute)));
    work.reject(new DomainError('UNAVAILABLE', 'gone', { retryAfterMs: 5 }));
    const errors = (await asked).map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as unknown) : null,
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 5 });
    expect(new Set(errors).size).toBe(3);
  });

  it('go on without whoever leaves, the first to ask included', async () => {
    const cache = new ResponseCache(MB);
    const work = new Work();
    const [first, second] = [asker(), asker()];
    const leaving = cache.find('a', first, keeping, work.compute);
    const staying = cache.find('a', second, keeping, work.compute);
    first.lifetime.finish(new Error('too late'));
    await expect(leaving).rejects.toThrow('too late');
    expect(work.lifetime?.reason).toBeUndefined();
    work.resolve(7);
    expect(await staying).toEqual({ answer: 7, hit: true });
    expect(await cache.find('a', asker(), keeping, work.compute)).toEqual({ answer: 7, hit: true });
  });

  it('are given up when all have left, and computed anew for who comes after', async () => {
    const cache = new ResponseCache(MB);
    const given = new Work();
    const askers = [asker(), asker()];
    const left = Promise.allSettled(askers.map((one) => cache.find('a', one, keeping, given.compute)));
    for (const { lifetime } of askers) lifetime.finish(new Error('gone'));
    await left;
    expect(given.lifetime?.reason).toEqual(new Error('gone'));
    const anew = new Work();
    const found = cache.find('a', asker(), keeping, anew.compute);
    given.reject(new Error('given up'));
    await settled();
    anew.resolve(1);
    expect(await found).toEqual({ answer: 1, hit: false });
  });

  it('of another priority do not wait in a less urgent place', async () => {
    const cache = new ResponseCache(MB);
    const [low, high] = [new Work(), new Work()];
    const waiting = cache.find('a', asker('LOW'), keeping, low.compute);
    const urgent = cache.find('a', asker('HIGH'), keeping, high.compute);
    high.resolve('urgent');
    expect(await urgent).toEqual({ answer: 'urgent', hit: false });
    low.resolve('late');
    expect(await waiting).toEqual({ answer: 'late', hit: false });
  });

  it('are each settled once with their own answer, whatever fails, leaves or lasts', async () => {
    const question = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      priority: fc.constantFrom(...PRIORITIES),
      after: fc.integer({ min: 0, max: 5 }),
      leavesAfter: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(question, { minLength: 1, maxLength: 25 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 10 }),
        async (questions, runs) => {
          const cache = new ResponseCache(1_500);
          let run = 0;
          await Promise.all(
            questions.map(async ({ key, priority, after, leavesAfter }) => {
              await turns(after);
              const lifetime = new Lifetime();
              const found = cache.find(key, { priority, lifetime }, keeping, async (shared) => {
                const [takes, fails] = runs[run++ % runs.length] ?? [0, false];
                await turns(takes);
                if (shared.reason) throw shared.reason;
                if (fails) throw new DomainError('RUN_FAILED', key);
                return `answer to ${key}`;
              });
              if (leavesAfter !== null)
                void turns(leavesAfter).then(() => lifetime.finish(new Error('gone')));
              await found.then(
                ({ answer }) => expect(answer).toBe(`answer to ${key}`),
                (error: unknown) => {
                  if (error instanceof DomainError) expect(error.message).toBe(key);
                  else expect([leavesAfter !== null, error]).toEqual([true, new Error('gone')]);
                },
              );
            }),
          );
        },
      ),
    );
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

describe('the name of a question', () => {
  const anyTensor = fc
    .record({
      name: fc.constantFrom('a', 'b', 'a"', 'a,b'),
      datatype: fc.constantFrom(...DATA_TYPES),
      values: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 4 }),
      flat: fc.boolean(),
    })
    .map(({ name, datatype, values, flat }) =>
      decodeTensor({
        name,
        datatype,
        shape: flat ? [values.length] : [values.length, 1],
        data: datatype === 'BYTES' ? values.map(String) : values,
      }),
    );
  const inputs = fc.uniqueArray(anyTensor, { selector: ({ name }) => name, maxLength: 4 });
  const described = (tensors: readonly Tensor[], outputs: readonly string[] | undefined) =>
    JSON.stringify([
      outputs ?? [],
      tensors
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(({ name, datatype, shape, data }) => [name, datatype, shape, [...data].map(String)]),
    ]);

  it('is the same exactly for the same tensors and outputs, in whatever order the tensors come', () => {
    const outputs = fc.option(fc.subarray(['x', 'y'], { minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(inputs, outputs, inputs, outputs, (one, askedOne, other, askedOther) => {
        expect(tensorQuestion(one.toReversed(), askedOne)).toBe(tensorQuestion(one, askedOne));
        const same = described(one, askedOne) === described(other, askedOther);
        expect(tensorQuestion(one, askedOne) === tensorQuestion(other, askedOther)).toBe(same);
      }),
    );
  });

  it('tells zeros apart by their sign, and not-a-numbers by their bits', () => {
    const float = (bits: number) =>
      tensorQuestion(
        [{ name: 'x', datatype: 'FP32', shape: [1], data: new Float32Array(Uint32Array.of(bits).buffer) }],
        undefined,
      );
    expect(new Set([0, 0x80000000, 0x7fc00000, 0x7fc00001].map(float)).size).toBe(4);
    const zeros = [
      [0, 0],
      [0, -0],
      [-0, 0],
      [-0, -0],
    ].map((pair) => jsonQuestion([{ pair }]));
    expect(new Set(zeros).size).toBe(4);
  });

  it('is the same for values that are equal, and no others', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(jsonQuestion(structuredClone(one))).toBe(jsonQuestion(one));
        if (JSON.stringify(one) !== JSON.stringify(other))
          expect(jsonQuestion(one)).not.toBe(jsonQuestion(other));
      }),
    );
  });
});
