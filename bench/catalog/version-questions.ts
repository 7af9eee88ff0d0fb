import { digestOf, numberAt } from './contents.js';
import type { Numbers } from './numbers.js';
import { expectEqual, type Edges, type Question, type QuestionSource } from './question.js';

const VERSIONS = `query ($name: String!, $first: Int) { model(name: $name) { versions(first: $first) { totalCount
  edges { node { ref createdAt createdBy notes tags { name } aliases { name protected } metrics { name value unit }
  artifact { digest size parameterCount } signature { inputs { name shape } } } } } } }`;
const VERSION =
  'query ($ref: String!) { version(ref: $ref) { ref number createdAt tags { name } aliases { name } } }';
const ALIAS_AT = `query ($name: String!, $alias: String!, $at: DateTime!) { model(name: $name) {
  alias(name: $alias, at: $at) { updatedAt version { number ref } } } }`;
const ALIASES_AT = `query ($first: Int, $alias: String!, $at: DateTime!) { models(first: $first) { edges { node { name
  alias(name: $alias, at: $at) { updatedAt version { number ref } history(first: 3) { totalCount edges { node {
  at actor reason from { ref } to { ref } } } } } } } } }`;
const HISTORY = `query ($name: String!, $first: Int) { model(name: $name) { aliasHistory(first: $first) { totalCount
  edges { node { alias kind at actor reason from { ref } to { ref } } } } } }`;
const LINEAGE = `query ($ref: String!) { version(ref: $ref) { lineage(depth: 10) { isComplete nodes { ref createdAt }
  edges { relation child { ref } parent { ref } } } } }`;
const DERIVATIVES = `query ($ref: String!, $first: Int) { version(ref: $ref) { derivatives(first: $first) { totalCount
  edges { relation node { ref model { name } } } } } }`;
const LINEAGES = `query ($name: String!, $first: Int) { model(name: $name) { versions(first: $first) { edges { node {
  ref derivedFrom { relation version { ref } } derivatives(first: 3) { totalCount edges { node { ref } } } } } } } }`;

interface AliasAt {
  readonly alias: { readonly version: { readonly number: number } } | null;
}

export function versionQuestions({ contents }: QuestionSource): Question[] {
  const { models, moves, size, versionEveryMs } = contents;
  const aliases = [...new Set(moves.map(({ alias }) => alias))];
  const instant = (random: Numbers, model: number) =>
    new Date(
      (models[model]?.createdAt.getTime() ?? 0) +
        Math.round((random.below(1_000_000) / 1_000_000) * size.versions * versionEveryMs),
    );
  const anyName = (random: Numbers) => random.pick(models).name;
  const byRef = (
    kind: string,
    selector: (random: Numbers, name: string) => readonly [string, number],
  ): Question => ({
    name: `one version by ${kind}`,
    document: VERSION,
    variables: (random) => {
      const name = anyName(random);
      const [text, number] = selector(random, name);
      return { ref: `${name}${text}`, number };
    },
    problem: (data: { version: { number: number } | null }, { number }: { number: number }) =>
      expectEqual('number', data.version?.number, number),
  });
  const anyNumber = (random: Numbers) => 1 + random.below(size.versions);
  const newest = moves.filter(({ alias }) => alias === 'staging').at(-1)?.to ?? 0;
  const production = moves.filter(({ alias }) => alias === 'production').at(-1)?.to ?? 0;

  return [
    {
      name: "a model's versions with tags, aliases, metrics, artifacts",
      document: VERSIONS,
      first: 100,
      variables: (random, first) => ({ name: anyName(random), first }),
      problem: (data: { model: { versions: Edges<unknown> } }, { first }: { first: number }) =>
        expectEqual('edges', data.model.versions.edges.length, Math.min(first, size.versions)) ??
        expectEqual('totalCount', data.model.versions.totalCount, size.versions),
    },
    byRef('number', (random) => {
      const number = anyNumber(random);
      return [`@${number}`, number];
    }),
    byRef('tag', (random) => {
      const third = 1 + random.below(Math.floor(size.versions / 3));
      return [`@v1.${third}.0`, third * 3];
    }),
    byRef('alias', () => ['@staging', newest]),
    byRef('digest', (random, name) => {
      const number = anyNumber(random);
      return [`@${digestOf(name, number)}`, number];
    }),
    byRef('the bare name', () => ['', production]),
    {
      name: 'an alias at an instant',
      document: ALIAS_AT,
      variables: (random) => {
        const model = random.below(models.length);
        const alias = random.pick(aliases);
        const at = instant(random, model);
        return { name: models[model]?.name, alias, at, expected: numberAt(contents, model, alias, at) };
      },
      problem: (data: { model: AliasAt }, { expected }: { expected: number | null }) =>
        expectEqual('alias', data.model.alias?.version.number ?? null, expected),
    },
    {
      name: 'an alias of each model at an instant, with its history',
      document: ALIASES_AT,
      first: 20,
      variables: (random, first) => ({
        first,
        alias: random.pick(aliases),
        at: instant(random, random.below(models.length)),
      }),
      problem: (
        data: { models: Edges<AliasAt & { name: string }> },
        { alias, at }: { alias: string; at: Date },
      ) =>
        data.models.edges
          .map(({ node }) => {
            const model = models.findIndex(({ name }) => name === node.name);
            if (model === -1) return undefined;
            return expectEqual(
              node.name,
              node.alias?.version.number ?? null,
              numberAt(contents, model, alias, at),
            );
          })
          .find((problem) => problem !== undefined),
    },
    {
      name: "everything that happened to a model's aliases",
      document: HISTORY,
      first: 100,
      variables: (random, first) => ({ name: anyName(random), first }),
      problem: (data: { model: { aliasHistory: Edges<unknown> } }) =>
        expectEqual('totalCount', data.model.aliasHistory.totalCount, moves.length),
    },
    {
      name: 'the lineage of a version, ten steps each way',
      document: LINEAGE,
      variables: (random) => ({ ref: `${anyName(random)}@${anyNumber(random)}` }),
      problem: (data: { version: { lineage: { nodes: readonly unknown[] } } }) =>
        data.version.lineage.nodes.length > 1 ? undefined : 'lineage: expected relatives, got none',
    },
    {
      name: 'what was made from a foundation model',
      document: DERIVATIVES,
      first: 100,
      variables: (random, first) => ({ ref: `${models[random.below(5)]?.name ?? ''}@1`, first }),
      problem: (data: { version: { derivatives: Edges<unknown> } }) =>
        (data.version.derivatives.totalCount ?? 0) >= Math.floor((models.length - 5) / 5)
          ? undefined
          : `totalCount: got ${data.version.derivatives.totalCount}`,
    },
    {
      name: "what a model's versions were made from, and into",
      document: LINEAGES,
      first: 100,
      variables: (random, first) => ({ name: anyName(random), first }),
      problem: (data: { model: { versions: Edges<unknown> } }, { first }: { first: number }) =>
        expectEqual('edges', data.model.versions.edges.length, Math.min(first, size.versions)),
    },
  ];
}
