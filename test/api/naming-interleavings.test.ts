import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Client } from 'graphql-ws';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type GraphqlAnswer, type TestApp } from '../support/test-app.js';
import { UndoList, type AliasStep } from '../support/undo-list.js';
import { historyOf, REMOVE_ALIAS, ROLLBACK_ALIAS, SET_ALIAS, TAG, targetOf } from './support/alias-steps.js';
import { ask, type Api, type UserError } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { rounds } from '../support/depth.js';

const FIRST_VERSIONS = 3;
/** One name wanted by both: as a tag and as an alias. */
const ALIASES = ['production', 'best'];
const TAGS = ['v1.0', 'best', 'golden'];

type Step =
  | { readonly kind: 'publish' }
  | { readonly kind: 'tag'; readonly tag: string; readonly version: number }
  | {
      readonly kind: 'alias';
      readonly alias: string;
      readonly step: AliasStep;
      readonly expected: number | null;
    };

interface Outcome {
  /** Also the reason it was given, by which it is found in the history again. */
  readonly id: string;
  readonly step: Step;
  /** The code of its refusal; null when it was acknowledged. */
  readonly refusal: string | null;
  /** What it answered: a version's number. */
  readonly number: number | null;
}

const version = fc.integer({ min: 1, max: FIRST_VERSIONS });
const aliasStep: fc.Arbitrary<AliasStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), version }) },
  { weight: 1, arbitrary: fc.constant({ do: 'remove' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('back' as const), steps: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('back to' as const), version }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'publish' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS), version }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('alias' as const),
      alias: fc.constantFrom(...ALIASES),
      step: aliasStep,
      expected: fc.option(version, { freq: 4 }),
    }),
  },
);
const workers = fc.array(fc.array(step, { minLength: 3, maxLength: 7 }), { minLength: 4, maxLength: 4 });

describe.each(databaseKinds)('many who name versions at once, %s database', (kind) => {
  let app: TestApp;
  let digest: string;
  let runs = 0;
  /** Connections of their own: HTTP, and two sockets. */
  let connections: Api[];
  beforeAll(async () => {
    app = await startTestApp({ kind });
    ({ digest } = await app.upload(scalingModel(2)));
    connections = [app, overSocket(app.subscriber()), app, overSocket(app.subscriber())];
  });
  afterAll(() => app.close());

  async function perform(api: Api, model: string, id: string, wanted: Step): Promise<Outcome> {
    const change = { model, reason: id };
    const [document, input] = requestOf(wanted, change, digest);
    const answer = await ask<Record<string, Answer>>(api, document, { input });
    const [payload] = Object.values(answer);
    const ref = payload?.version?.ref ?? payload?.alias?.version.ref;
    return {
      id,
      step: wanted,
      refusal: payload?.userErrors[0]?.code ?? null,
      number: ref === undefined ? null : Number(ref.split('@')[1]),
    };
  }

  it('leave one history that every one of them would sign', async () => {
    await fc.assert(
      fc.asyncProperty(workers, async (plans) => {
        runs += 1;
        const model = `model-${runs}`;
        await register(app, model);
        for (let number = 1; number <= FIRST_VERSIONS; number += 1)
          await perform(app, model, '', { kind: 'publish' });

        const working = new AbortController();
        const seenTags = new Map<string, Set<string>>();
        const reader = (async () => {
          while (!working.signal.aborted) await readNames(app, model, seenTags);
        })();
        const outcomes = (
          await Promise.all(
            plans.map(async (plan, worker) => {
              const done: Outcome[] = [];
              for (const [index, wanted] of plan.entries())
                done.push(await perform(connections[worker] ?? app, model, `${worker}.${index}`, wanted));
              return done;
            }),
          )
        ).flat();
        working.abort();
        await reader;

        const names = await readNames(app, model, seenTags);
        expectGaplessNumbers(outcomes, names.numbers);
        expectTagsNeverMoved(outcomes, names, seenTags, model);
        for (const alias of ALIASES) await expectHistory(app, model, alias, outcomes);
      }),
      { numRuns: rounds(8) },
    );
  });
});

interface Answer {
  readonly version?: { readonly ref: string } | null;
  readonly alias?: { readonly version: { readonly ref: string } } | null;
  readonly userErrors: readonly UserError[];
}

interface Names {
  readonly numbers: readonly number[];
  readonly tags: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, string>;
}

function requestOf(
  wanted: Step,
  { model, reason }: { model: string; reason: string },
  digest: string,
): [string, object] {
  if (wanted.kind === 'publish') return [PUBLISH, { model, artifact: { digest } }];
  if (wanted.kind === 'tag') return [TAG, { version: `${model}@${wanted.version}`, tag: wanted.tag, reason }];
  const { alias, step: asked, expected } = wanted;
  const change = { model, alias, reason, ...(expected !== null && { expected: String(expected) }) };
  switch (asked.do) {
    case 'set':
      return [SET_ALIAS, { ...change, version: String(asked.version) }];
    case 'protect':
      throw new Error('not part of these plans');
    case 'remove':
      return [REMOVE_ALIAS, change];
    case 'back':
      return [ROLLBACK_ALIAS, { ...change, steps: asked.steps }];
    case 'back to':
      return [ROLLBACK_ALIAS, { ...change, to: String(asked.version) }];
  }
}

/** One reading of all names, checked in itself: no name twice, none of a version that is not there. */
async function readNames(app: TestApp, model: string, seenTags: Map<string, Set<string>>): Promise<Names> {
  interface Named {
    name: string;
    version: { ref: string };
  }
  const { model: found } = await ask<{
    model: { aliases: Named[]; versions: { edges: { node: { number: number; tags: Named[] } }[] } };
  }>(
    app,
    `query ($model: String!) { model(name: $model) { aliases { name version { ref } }
       versions(first: 100) { edges { node { number tags { name version { ref } } } } } } }`,
    { model },
  );
  const versions = found.versions.edges.map(({ node }) => node);
  const tags = versions.flatMap((node) => node.tags);
  for (const { name, version: named } of tags)
    seenTags.set(name, (seenTags.get(name) ?? new Set()).add(named.ref));
  expect(new Set(found.aliases.map(({ name }) => name)).size).toBe(found.aliases.length);
  expect(new Set(tags.map(({ name }) => name)).size).toBe(tags.length);
  return {
    numbers: versions.map(({ number }) => number).sort((a, b) => a - b),
    tags: new Map(tags.map(({ name, version: named }) => [name, named.ref])),
    aliases: new Map(found.aliases.map(({ name, version: named }) => [name, named.ref])),
  };
}

function expectGaplessNumbers(outcomes: readonly Outcome[], numbers: readonly number[]): void {
  const published = outcomes.filter(({ step: { kind } }) => kind === 'publish');
  expect(published.map(({ refusal }) => refusal)).toEqual(published.map(() => null));
  expect(published.map(({ number }) => number).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
    published.map((_, index) => FIRST_VERSIONS + 1 + index),
  );
  expect(numbers).toEqual(Array.from({ length: FIRST_VERSIONS + published.length }, (_, index) => index + 1));
}

function expectTagsNeverMoved(
  outcomes: readonly Outcome[],
  { tags, aliases }: Names,
  seenTags: ReadonlyMap<string, ReadonlySet<string>>,
  model: string,
): void {
  const given = new Map<string, string>();
  for (const { step: wanted, refusal } of outcomes) {
    if (wanted.kind !== 'tag') continue;
    if (refusal !== null) expect(['TAG_EXISTS', 'NAME_TAKEN']).toContain(refusal);
    else {
      expect(given.has(wanted.tag)).toBe(false);
      given.set(wanted.tag, `${model}@${wanted.version}`);
    }
  }
  expect(new Map([...tags].sort())).toEqual(new Map([...given].sort()));
  for (const [tag, refs] of seenTags) expect([...refs]).toEqual([given.get(tag)]);
  expect([...aliases.keys()].filter((name) => tags.has(name))).toEqual([]);
}

/**
 * The history is an order in which the acknowledged changes, one after the other, do what each of them answered; and
 * it holds nothing else.
 */
async function expectHistory(
  app: TestApp,
  model: string,
  alias: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  const asked = new Map(
    outcomes.flatMap((outcome) =>
      outcome.step.kind === 'alias' && outcome.step.alias === alias ? [[outcome.id, outcome]] : [],
    ),
  );
  const history = await historyOf(app, model, alias);
  const numberOf = (end: { readonly ref: string } | null) => (end ? Number(end.ref.split('@')[1]) : null);
  const list = new UndoList();
  const pointedTo = new Set<number | null>([null]);
  history.forEach((change, index) => {
    const outcome = asked.get(change.reason ?? '');
    if (outcome?.step.kind !== 'alias') throw new Error(`Nobody asked for ${JSON.stringify(change)}`);
    expect(outcome.refusal).toBeNull();
    expect(numberOf(change.from)).toBe(list.target);
    if (outcome.step.expected !== null) expect(list.target).toBe(outcome.step.expected);
    expect(list.apply(outcome.step.step)).toBeNull();
    expect(numberOf(change.to)).toBe(list.target);
    expect(outcome.number).toBe(list.target);
    expect(change.at >= (history[index - 1]?.at ?? '')).toBe(true);
    pointedTo.add(list.target);
  });
  const told = history.map(({ reason }) => reason);
  expect(new Set(told).size).toBe(told.length);
  for (const { id, step: wanted, refusal, number } of asked.values()) {
    if (refusal !== null) {
      expect(['ALIAS_NOT_FOUND', 'ALIAS_MOVED', 'NO_EARLIER_TARGET', 'NAME_TAKEN']).toContain(refusal);
      expect(told).not.toContain(id);
    } else if (!told.includes(id)) {
      // Only pointing it where it pointed already is acknowledged without a trace.
      expect(wanted).toMatchObject({ step: { do: 'set', version: number } });
      expect(pointedTo).toContain(number);
    }
  }
  expect(await targetOf(app, model, alias)).toBe(history.at(-1)?.to?.ref ?? null);
  // What several changes of one millisecond came to is what that instant means.
  for (const [at, target] of new Map(history.map(({ at: instant, to }) => [instant, to?.ref ?? null])))
    expect(await targetOf(app, model, alias, at)).toBe(target);
}

/** Requests over one WebSocket. */
function overSocket(client: Client): Api {
  return {
    graphql: (query, variables) =>
      new Promise((resolve, reject) => {
        let answer: unknown;
        client.subscribe(
          { query, ...(variables && { variables }) },
          {
            next: (value) => (answer = value),
            error: reject,
            complete: () => resolve(answer as GraphqlAnswer),
          },
        );
      }),
  };
}
