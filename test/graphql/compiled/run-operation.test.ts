import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  buildSchema,
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type ExecutionResult,
  type GraphQLInterfaceType,
  type GraphQLUnionType,
} from 'graphql';
import { CompiledOperation } from '../../../src/graphql/compiled/compile-operation.js';
import { rounds } from '../../support/depth.js';

const schema = buildSchema(`
  type Query { thing: Thing strict: Thing! things: [Thing] some: [Thing!]! node: Node any: Any deep: [[Int!]] asked(input: Asked, n: Int = 3, color: Color = RED, flag: Boolean!): String }
  type Mutation { first: Thing second: Thing! third: Thing }
  interface Node { id: ID! }
  type Thing implements Node { id: ID! name: String count: Int! color: Color self: Thing strict: Thing! others: [Thing!] nodes: [Node!]! maybe: [Any] texts: [String!] echo(text: String, times: Int = 2): String }
  type Other implements Node { id: ID! weight: Float name: String self: Other }
  union Any = Thing | Other
  enum Color { RED GREEN }
  input Asked { text: String! = "none" list: [Int!] inner: Asked color: Color = GREEN }
`);
for (const name of ['Node', 'Any'])
  (schema.getType(name) as GraphQLInterfaceType | GraphQLUnionType).resolveType = (value) =>
    (value as { kind: string }).kind;

for (const type of [schema.getQueryType(), schema.getMutationType()]) {
  for (const field of Object.values(type?.getFields() ?? {})) {
    field.resolve = (_root, values: object, { outcomes }: { outcomes: readonly Outcome[] }) => {
      const value = (source(outcomes, 'root') as Record<string, unknown>)[field.name];
      return typeof value === 'function' ? (value as (values: object) => unknown)(values) : value;
    };
  }
}

/** What a resolver may answer: a value, now or later; an error, thrown or answered, now or later; nothing. */
type Outcome = {
  readonly how: 'now' | 'later' | 'throw' | 'reject' | 'error' | 'null' | 'call';
  readonly seed: number;
};
const outcome: fc.Arbitrary<Outcome> = fc.record({
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Outcome['how']>('now') },
    { weight: 6, arbitrary: fc.constantFrom<Outcome['how'][]>('later', 'call') },
    { weight: 2, arbitrary: fc.constantFrom<Outcome['how'][]>('throw', 'reject', 'error', 'null') },
  ),
  seed: fc.nat({ max: 1_000 }),
});

/** The same object again and again, whatever is asked of it, in whatever order: what a field answers hangs on its path. */
function source(outcomes: readonly Outcome[], path: string): object {
  const kind = hash(path, outcomes) % 3 === 0 ? 'Other' : 'Thing';
  const made = (value: (place: string) => unknown) => (name: string) =>
    produce(outcomes, `${path}.${name}`, value);
  const object = (place: string) => source(outcomes, place);
  const list = (most: number) => (place: string) =>
    Array.from({ length: hash(place, outcomes) % (most + 1) }, (_, index) =>
      produce(outcomes, `${place}.${index}`, object),
    );
  const fields: Record<string, (name: string) => unknown> = {
    id: made((place) => place),
    name: made((place) => `the ${place}`),
    count: made((place) => (hash(place, outcomes) % 5 === 0 ? 'many' : hash(place, outcomes))),
    color: made((place) => ['RED', 'GREEN', 'MAUVE'][hash(place, outcomes) % 3]),
    weight: made(() => 1.5),
    texts: made((place) => [place, hash(place, outcomes) % 4 === 0 ? null : 'x']),
    echo: made((place) => place),
    deep: made(() => [[1, 2], null, [3, 'four']]),
    asked: made((place) => place),
  };
  for (const name of ['thing', 'strict', 'node', 'any', 'self', 'first', 'second', 'third'])
    fields[name] = made(object);
  for (const name of ['things', 'maybe']) fields[name] = made(list(3));
  // graphql-js lets go of a list when an item that may not be null fails beside one that is still to come, whose own
  // failure then goes unheard and ends the process; ours waits for it. So these have no item beside another.
  for (const name of ['some', 'others', 'nodes']) fields[name] = made(list(1));
  return new Proxy(
    { kind },
    {
      get: (target, name) =>
        name === 'kind'
          ? kind
          : typeof name === 'string'
            ? fields[name]?.(name)
            : (Reflect.get(target, name) as unknown),
    },
  );
}

function produce(outcomes: readonly Outcome[], place: string, value: (place: string) => unknown): unknown {
  const { how } = outcomes[hash(place, outcomes) % outcomes.length] ?? { how: 'now' };
  // An item of a list is no field: nothing calls it.
  const item = /\.\d+$/.test(place);
  switch (how) {
    case 'now':
      return value(place);
    case 'later':
      return Promise.resolve().then(() => value(place));
    case 'call':
      return item
        ? value(place)
        : (args: object) => (Object.keys(args).length > 0 ? JSON.stringify(args) : value(place));
    case 'throw':
      if (item) return new Error(`at ${place}`);
      return () => {
        throw new Error(`thrown at ${place}`);
      };
    case 'reject':
      return Promise.reject(new GraphQLError(`rejected at ${place}`, { extensions: { code: 'X' } }));
    case 'error':
      return new Error(`error at ${place}`);
    case 'null':
      return null;
  }
}

function hash(text: string, outcomes: readonly Outcome[]): number {
  let value = outcomes[0]?.seed ?? 0;
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) % 1_000_003;
  return value;
}

/** Any selection the schema allows, with aliases, fragments, `__typename` and conditions. */
const selections = fc.letrec<Record<'thing' | 'node' | 'any' | 'query' | 'mutation', string>>((tie) => {
  const set = (parts: fc.Arbitrary<string>) =>
    fc.array(parts, { minLength: 1, maxLength: 4 }).map((chosen) => `{ ${chosen.join(' ')} }`);
  const condition = fc.constantFrom(
    '',
    '',
    '',
    '',
    ' @include(if: $yes)',
    ' @skip(if: $yes)',
    ' @include(if: $no) @skip(if: false)',
  );
  // Under one name only what can be merged: most documents must be valid.
  const field = (names: string[]) =>
    fc
      .tuple(fc.constantFrom(...names, ...names.map((name) => `also_${name}: ${name}`)), condition)
      .map((parts) => parts.join(''));
  const called = (name: string, given: string[]) =>
    fc
      .tuple(fc.nat({ max: given.length - 1 }), condition)
      .map(([index, when]) => `${name}${index}: ${name}${given[index] ?? ''}${when}`);
  const nested = (names: string[], inner: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom(...names, ...names.map((name) => `also_${name}: ${name}`)), condition, inner)
      .map((parts) => parts.join(' '));
  const texts = ['', '(text: $text)', '(text: "x", times: $n)', '(times: 7)', '(text: null)'];
  return {
    thing: set(
      fc.oneof(
        { depthSize: 'small' },
        field(['id', 'name', 'count', 'color', 'texts', '__typename']),
        called('echo', texts),
        fc.constant('__proto__: name'),
        nested(['self', 'strict'], tie('thing')),
        nested(['others'], tie('thing')),
        nested(['nodes'], tie('node')),
        nested(['maybe'], tie('any')),
        fc.constantFrom('...T', '... on Node { id }', '... @include(if: $no) { name }'),
      ),
    ),
    node: set(
      fc.oneof(
        { depthSize: 'small' },
        field(['id', '__typename']),
        tie('thing').map((inner) => `... on Thing ${inner}`),
        fc.constantFrom('...N', '... on Other { weight self { id name } }', '... on Thing { ...T }'),
      ),
    ),
    any: set(
      fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('__typename', '... on Node { ...N }', '... on Other { weight }'),
        tie('thing').map((inner) => `... on Thing ${inner}`),
      ),
    ),
    query: set(
      fc.oneof(
        nested(['thing', 'strict'], tie('thing')),
        nested(['things', 'some'], tie('thing')),
        nested(['node'], tie('node')),
        nested(['any'], tie('any')),
        field(['deep', '__typename']),
        called('asked', [
          '(flag: $yes)',
          '(flag: true, input: $input)',
          '(flag: false, color: $color, n: $n)',
          '(flag: true, input: { text: $text2, list: [1, $n2] })',
        ]),
      ),
    ),
    mutation: set(nested(['first', 'second', 'third'], tie('thing'))),
  };
});

const FRAGMENTS = `fragment T on Thing { name color self { ...N } } fragment N on Node { id ... on Thing { count @skip(if: $no) } }`;
const HEAD =
  '($yes: Boolean!, $no: Boolean = false, $text: String, $n: Int, $n2: Int! = 5, $text2: String! = "two", $input: Asked, $color: Color)';

const variables = fc.record(
  {
    yes: fc.boolean(),
    no: fc.boolean(),
    text: fc.constantFrom('hello', null),
    n: fc.constantFrom(1, null),
    n2: fc.constantFrom(6),
    input: fc.constantFrom<object | null>(
      {},
      { list: 4 },
      { text: 't', inner: { list: [1, 2], inner: {} } },
      null,
    ),
    color: fc.constantFrom('RED', null),
  },
  { requiredKeys: ['yes'] },
);

const NOW = (seed: number): Outcome => ({ how: 'now', seed });
const LATER: Outcome = { how: 'later', seed: 0 };

const told = (result: ExecutionResult): unknown =>
  JSON.parse(JSON.stringify({ data: result.data, errors: result.errors?.map((error) => error.toJSON()) }));

describe('a compiled operation', () => {
  it('answers what graphql-js answers, error for error and in the same order', async () => {
    let failed = 0;
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          selections.query.map((set) => `query Q${HEAD} ${set}`),
          selections.mutation.map((set) => `mutation Q${HEAD} ${set}`),
        ),
        fc.array(outcome, { minLength: 1, maxLength: 8 }),
        fc.array(variables, { minLength: 1, maxLength: 3 }),
        async (operation, outcomes, runs) => {
          const document = parse(`${operation} ${FRAGMENTS}`);
          // The rules about what is used do not change what an operation means.
          const rules = specifiedRules.filter(({ name }) => !name.startsWith('NoUnused'));
          fc.pre(validate(schema, document, rules).length === 0);
          const node = getOperationAST(document, null);
          if (!node) throw new Error('no operation');
          const compiled = new CompiledOperation(schema, document, node);
          for (const variableValues of runs) {
            const contextValue = { outcomes };
            const expected = await execute({ schema, document, variableValues, contextValue });
            const got = await compiled.run(variableValues, contextValue);
            expect(got).not.toBeNull();
            expect(got && told(got)).toEqual(told(expected));
            expect(got && JSON.stringify(got.data)).toBe(JSON.stringify(expected.data));
            if (expected.errors) failed += 1;
            else answered += 1;
          }
        },
      ),
      {
        numRuns: rounds(200),
        examples: [
          // A sibling fails when the answer is null already.
          [
            `query Q${HEAD} { strict { maybe { ... on Thing { maybe { __typename } } } } things { nodes { ... on Thing { id } } } }`,
            [NOW(203), NOW(0), { how: 'reject', seed: 0 }],
            [{ yes: false }],
          ],
          // The failure of a mutation is known as many turns later as fields come after it.
          [
            `mutation Q${HEAD} { second { nodes { id } } second { others { self { id } } } first { nodes { ...N } } }`,
            [NOW(175), LATER, LATER, NOW(0), { how: 'reject', seed: 0 }],
            [{ yes: false }],
          ],
        ],
      },
    );
    // Neither kind of answer may be what all runs had.
    expect(failed).toBeGreaterThan(25);
    expect(answered).toBeGreaterThan(25);
  });
});
