import { buildSchema, GraphQLError, parse, type ExecutionResult } from 'graphql';
import { describe, expect, it } from '@jest/globals';
import type { RequestContext } from '../../../src/graphql/context.js';
import type { PreparedOperation } from '../../../src/graphql/operations/prepare-operation.js';
import { SharedSubscriptions } from '../../../src/graphql/operations/shared-subscriptions.js';

/** A schema that counts how often it computes what it answers. */
function counting() {
  const schema = buildSchema(`
    type Query { none: Int }
    type Tick { number: Int! doubled(plus: Int = 0): Int }
    type Subscription { ticks(from: Int): Tick! }`);
  const computed = { count: 0 };
  const events = Array.from({ length: 5 }, (_, number) => ({ number }));
  const ticks = schema.getSubscriptionType()?.getFields().ticks;
  if (ticks) {
    ticks.subscribe = async function* (_: unknown, { from = 0 }: { from?: number }) {
      yield* events.slice(from);
    };
    ticks.resolve = (event: unknown) => event;
  }
  const doubled = (
    schema.getType('Tick') as unknown as { getFields(): Record<string, { resolve?: unknown }> }
  ).getFields().doubled;
  if (doubled)
    doubled.resolve = ({ number }: { number: number }, { plus }: { plus: number }) => {
      computed.count += 1;
      if (number === 4) throw new GraphQLError('four');
      return 2 * number + plus;
    };
  const context = (origin: string): RequestContext => {
    const made = { origin, detached: () => made };
    return made as unknown as RequestContext;
  };
  const ask = (
    query: string,
    variables: Record<string, unknown> = {},
    origin = 'http://here',
  ): PreparedOperation => ({
    schema,
    document: parsed(query),
    contextValue: context(origin),
    variableValues: variables,
    operationName: null,
    known: { sha256: query } as never,
  });
  const documents = new Map<string, ReturnType<typeof parse>>();
  const parsed = (query: string) => {
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    return document;
  };
  return { ask, computed };
}

const streamOf = async (subscriptions: SharedSubscriptions, args: PreparedOperation) =>
  (await subscriptions.subscribe(args)) as AsyncGenerator<ExecutionResult, void, void>;

async function all(stream: AsyncGenerator<ExecutionResult, void, void>): Promise<ExecutionResult[]> {
  const results: ExecutionResult[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

const QUERY = 'subscription ($from: Int, $plus: Int) { ticks(from: $from) { number doubled(plus: $plus) } }';

describe('subscriptions of the same wish', () => {
  it('are computed once, and get the very same results', async () => {
    const { ask, computed } = counting();
    const subscriptions = new SharedSubscriptions();
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => streamOf(subscriptions, ask(QUERY, { plus: 1 }))),
    );
    const [first = [], ...others] = await Promise.all(streams.map(all));
    expect(first.slice(0, 4).map(({ data }) => data)).toMatchObject(
      [1, 3, 5, 7].map((doubled) => ({ ticks: { doubled } })),
    );
    expect(first[4]?.errors?.[0]?.message).toBe('four');
    expect(computed.count).toBe(5);
    for (const other of others)
      expect(other.map(({ data }, index) => data === first[index]?.data)).toEqual(Array(5).fill(true));
  });

  it('share also when they began at different places: that chooses what comes, not what it is', async () => {
    const { ask, computed } = counting();
    const subscriptions = new SharedSubscriptions();
    const [whole, rest] = await Promise.all([
      streamOf(subscriptions, ask(QUERY, { plus: 1 })),
      streamOf(subscriptions, ask(QUERY, { plus: 1, from: 2 })),
    ]);
    const results = await Promise.all([all(whole), all(rest)]);
    expect(results.map((found) => found.length)).toEqual([5, 3]);
    expect(computed.count).toBe(5);
  });

  it.each([
    { what: 'another variable', other: [QUERY, { plus: 2 }] as const },
    { what: 'another address of the server', other: [QUERY, { plus: 1 }, 'http://there'] as const },
    { what: 'another document', other: [`${QUERY} `, { plus: 1 }] as const },
  ])('share nothing with $what', async ({ other }) => {
    const { ask, computed } = counting();
    const subscriptions = new SharedSubscriptions();
    const [query, variables, origin] = other;
    const [one, another] = await Promise.all([
      streamOf(subscriptions, ask(QUERY, { plus: 1 })),
      streamOf(subscriptions, ask(query, variables, origin)),
    ]);
    await Promise.all([all(one), all(another)]);
    expect(computed.count).toBe(10);
  });

  it('go on for the others when one leaves', async () => {
    const { ask } = counting();
    const subscriptions = new SharedSubscriptions();
    const [leaving, staying] = await Promise.all([
      streamOf(subscriptions, ask(QUERY)),
      streamOf(subscriptions, ask(QUERY)),
    ]);
    await leaving.next();
    await leaving.return();
    expect(await leaving.next()).toMatchObject({ done: true });
    expect(await all(staying)).toHaveLength(5);
  });
});
