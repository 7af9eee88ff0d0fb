import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { GraphBuilder } from '../../src/onnx/index.js';
import { type DataType } from '../../src/tensors/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { copyAndCompute } from './support/every-datatype.js';
import { jsonElements, stringBytes, type ByteTensor, type JsonElement } from './support/tensor-bytes.js';
import { Refused, ROUTES, type Answers } from './support/tensor-routes.js';
import { PATIENT_MS } from './support/serving-steps.js';
import { rounds } from '../support/depth.js';

/** Deployments whose answers tell whose they are: `same` is what the caller sent, `computed` follows from it. */
interface Subject {
  readonly name: string;
  readonly datatype: DataType;
  readonly settings: object;
  readonly model: () => Uint8Array;
  /** Numbers no other request of the test has sent, as elements of the datatype. */
  readonly encode: (numbers: readonly number[]) => Buffer;
  readonly computed: (element: JsonElement) => JsonElement;
}

const TABLE = 20_000;
const BAD = TABLE;

const wholeNumbers = (numbers: readonly number[]) => Buffer.from(BigInt64Array.from(numbers, BigInt).buffer);

const SUBJECTS: readonly Subject[] = [
  {
    name: 'whole',
    datatype: 'INT64',
    settings: {},
    model: () => copyAndCompute('INT64', ['rows', 'columns']),
    encode: wholeNumbers,
    computed: (element) => -1 - Number(element),
  },
  {
    name: 'real',
    datatype: 'FP64',
    settings: { runtime: { replicas: 2 } },
    model: () => copyAndCompute('FP64', ['rows', 'columns']),
    encode: (numbers) => Buffer.from(Float64Array.from(numbers).buffer),
    computed: (element) => Number(element) * 1.1,
  },
  {
    name: 'text',
    datatype: 'BYTES',
    settings: { runtime: { isolation: 'PROCESS' } },
    model: () => copyAndCompute('BYTES', ['rows', 'columns']),
    encode: (numbers) => stringBytes(numbers.map((number) => 'N'.repeat(number % 7) + String(number))),
    computed: (element) => `${String(element)}é`,
  },
  {
    name: 'fragile',
    datatype: 'INT64',
    settings: { runtime: { isolation: 'PROCESS', replicas: 2 } },
    model: lookup,
    encode: (numbers) => wholeNumbers(numbers.map((number) => number % TABLE)),
    computed: (element) => 7 * Number(element) + 3,
  },
  {
    name: 'fragile-thread',
    datatype: 'INT64',
    settings: { batching: { maxDelayMicroseconds: 2_000 } },
    model: lookup,
    encode: (numbers) => wholeNumbers(numbers.map((number) => number % TABLE)),
    computed: (element) => 7 * Number(element) + 3,
  },
  {
    name: 'remembered',
    datatype: 'INT64',
    settings: { cache: { maxBytes: 20_000 } },
    model: () => copyAndCompute('INT64', ['rows', 'columns']),
    // Few numbers, so that many requests are repeated; what is repeated is never what another one was about.
    encode: (numbers) => wholeNumbers(numbers.map((number) => number % 50)),
    computed: (element) => -1 - Number(element),
  },
];

/** 7 x + 3 for x from 0 to 19,999; any other x fails the whole run. */
function lookup(): Uint8Array {
  const graph = new GraphBuilder('lookup', { opset: 17 });
  graph.input('x', 'INT64', ['rows', 'columns']);
  const entries = Array.from({ length: TABLE }, (_, index) => BigInt(7 * index + 3));
  graph.constant('table', 'INT64', [TABLE], entries);
  graph.node('Identity', ['x'], {}, ['same']);
  graph.node('Gather', ['table', 'x'], {}, ['computed']);
  graph.output('same', 'INT64', ['rows', 'columns']);
  graph.output('computed', 'INT64', ['rows', 'columns']);
  return graph.build();
}

const FRAGILE = new Set(SUBJECTS.filter(({ model }) => model === lookup).map(({ name }) => name));

/** So that a counterexample shows names, and not code. */
function named<T extends { readonly name: string }>(thing: T): T {
  return Object.assign(Object.create(thing) as T, { [fc.toStringMethod]: () => thing.name });
}

/** What one caller does. */
const callers = fc.record({
  subject: fc.constantFrom(...SUBJECTS).map(named),
  route: fc.constantFrom(...ROUTES).map(named),
  rows: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 70 })),
  columns: fc.integer({ min: 1, max: 3 }),
  priority: fc.option(fc.constantFrom('HIGH' as const, 'NORMAL' as const, 'LOW' as const), {
    nil: undefined,
  }),
  /** Leaves when so many others have been answered. */
  leavesAfter: fc.option(fc.nat({ max: 30 }), { nil: null, freq: 4 }),
  fails: fc.nat({ max: 5 }).map((number) => number === 0),
});
type Caller = typeof callers extends fc.Arbitrary<infer T> ? T : never;

type Outcome =
  | { readonly kind: 'answered'; readonly answers: Answers }
  | { readonly kind: 'refused'; readonly code: string | number }
  | { readonly kind: 'left' };

describe('under load from callers of all kinds', () => {
  let app: TestApp;
  let unique = 0;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    for (const { name, model, settings } of SUBJECTS) {
      await register(app, name);
      await publish(app, name, model());
      expect(await deploy(app, name, `${name}@1`, { waitMs: PATIENT_MS, ...settings })).toMatchObject({
        state: 'READY',
      });
    }
  });
  afterAll(() => app.close());

  function inputOf({ subject, rows, columns, fails }: Caller): ByteTensor {
    const numbers = Array.from({ length: rows * columns }, () => (unique += 1));
    const bytes = subject.encode(numbers);
    if (fails && FRAGILE.has(subject.name) && bytes.length > 0) bytes.writeBigInt64LE(BigInt(BAD), 0);
    return { datatype: subject.datatype, shape: [rows, columns], bytes };
  }

  /** Everyone at once; whoever leaves does so when enough of the others have been served. */
  async function callAll(everyone: readonly { caller: Caller; x: ByteTensor }[]): Promise<Outcome[]> {
    let served = 0;
    const leaving = everyone.map(() => new AbortController());
    const leave = () => {
      for (const [index, { caller }] of everyone.entries())
        if (caller.leavesAfter !== null && caller.leavesAfter <= served) leaving[index]?.abort();
    };
    const calls = everyone.map(async ({ caller: { subject, route, priority }, x }, index) => {
      const signal = leaving[index]?.signal;
      try {
        const options = { ...(signal && { signal }), ...(priority && { priority }) };
        return { kind: 'answered' as const, answers: await route.send(app, subject.name, x, options) };
      } catch (error) {
        if (signal?.aborted === true) return { kind: 'left' as const };
        if (error instanceof Refused) return { kind: 'refused' as const, code: error.code };
        throw error;
      } finally {
        served += 1;
        leave();
      }
    });
    leave();
    return Promise.all(calls);
  }

  function expectOwn({ subject, route }: Caller, x: ByteTensor, answers: Answers): void {
    const sent = jsonElements(x);
    const bytesOf = (name: string): readonly JsonElement[] => {
      const content = answers[name]?.content ?? [];
      return Buffer.isBuffer(content) ? jsonElements({ datatype: x.datatype, bytes: content }) : content;
    };
    const place = `${subject.name} by ${route.name}, [${x.shape.join(',')}]`;
    expect([place, bytesOf('same')]).toEqual([place, sent]);
    expect([place, bytesOf('computed')]).toEqual([place, sent.map(subject.computed)]);
  }

  it('every answer is the caller’s own, and only who is at fault is refused', async () => {
    const crowd = fc.array(callers, { minLength: 10, maxLength: 80 });
    const seen = { answered: 0, refused: 0, left: 0 };
    await fc.assert(
      fc.asyncProperty(crowd, async (crew) => {
        // An empty list cannot tell TensorFlow Serving its columns.
        const everyone = crew
          .filter(({ route, rows }) => rows > 0 || route.name !== 'TensorFlow Serving')
          .map((caller) => ({ caller, x: inputOf(caller) }));
        const outcomes = await callAll(everyone);
        for (const [index, { caller, x }] of everyone.entries()) {
          const outcome = outcomes[index];
          const mustFail = caller.fails && FRAGILE.has(caller.subject.name) && x.bytes.length > 0;
          seen[outcome?.kind ?? 'left'] += 1;
          if (outcome?.kind === 'answered') {
            expect(mustFail).toBe(false);
            expectOwn(caller, x, outcome.answers);
          } else if (outcome?.kind === 'refused') {
            expect([mustFail, String(outcome.code)]).toEqual([
              true,
              expect.stringMatching(/^(RUN_FAILED|400)$/),
            ]);
          } else expect(caller.leavesAfter).not.toBeNull();
        }
      }),
      { numRuns: rounds(15), endOnFailure: true },
    );
    // Whatever chance chose, all three kinds were there.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  it('afterwards everything is answered, and nothing waits any more', async () => {
    for (const subject of SUBJECTS) {
      for (const route of ROUTES) {
        const caller = {
          subject,
          route,
          rows: 2,
          columns: 2,
          priority: undefined,
          leavesAfter: null,
          fails: false,
        };
        const x = inputOf(caller);
        expectOwn(caller, x, await route.send(app, subject.name, x));
      }
    }
  });
});
