import type { BenchRun } from '../support/bench-run.js';
import { judged, ms, table } from '../support/markdown.js';
import { perceptron } from '../support/models.js';
import type { RetortServer } from '../support/retort-server.js';
import { percentile } from '../support/statistics.js';

const CHANGES = 60;
const WARM_UP = 5;

const REGISTER = `mutation ($name: String!) { registerModel(input: { name: $name, domain: GENERAL }) {
  userErrors { code message } } }`;
const NEWEST =
  'query ($name: String!) { model(name: $name) { versions(first: 1) { edges { node { number } } } } }';
const PUBLISH = `mutation ($model: String!, $digest: String!) { publishVersion(input: { model: $model,
  artifact: { digest: $digest }, notes: "measured" }) { version { ref } userErrors { code message } } }`;
const TAG = `mutation ($version: String!, $tag: String!) { tagVersion(input: { version: $version, tag: $tag }) {
  version { ref } userErrors { code message } } }`;
const MOVE = `mutation ($model: String!, $version: String!) { setAlias(input: { model: $model, alias: "production",
  version: $version, reason: "measured" }) { alias { name } userErrors { code message } } }`;

export interface Change {
  readonly name: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly statements: number;
}

export type Writing = readonly Change[];

/** Publishing a version, tagging it and pointing an alias at it, over and over, in one model. */
export async function measureWriting(
  { options }: BenchRun,
  retort: RetortServer,
  model: string,
): Promise<Writing> {
  const digest = await retort.upload(perceptron([16, 64, 1], 1));
  let number = await newestNumber(retort, model);
  const times = new Map<string, number[]>();
  const statements = new Map<string, number>();
  const change = async (name: string, query: string, variables: object, isMeasured: boolean) => {
    const before = await retort.statements();
    const began = performance.now();
    await retort.graphql(query, variables);
    const took = performance.now() - began;
    const sent = (await retort.statements()) - before;
    if (!isMeasured) return;
    times.set(name, [...(times.get(name) ?? []), took]);
    statements.set(name, Math.min(sent, statements.get(name) ?? Infinity));
  };
  for (let index = 0; index < WARM_UP + (options.quick ? 10 : CHANGES); index += 1) {
    number += 1;
    const version = `${model}@${number}`;
    const isMeasured = index >= WARM_UP;
    await change('publishVersion', PUBLISH, { model, digest }, isMeasured);
    await change('tagVersion', TAG, { version, tag: `measured-${number}` }, isMeasured);
    await change('setAlias', MOVE, { model, version: String(number) }, isMeasured);
  }
  return [...times].map(([name, taken]) => {
    const sorted = taken.toSorted((a, b) => a - b);
    return {
      name,
      p50Ms: percentile(sorted, 0.5),
      p95Ms: percentile(sorted, 0.95),
      statements: statements.get(name) ?? NaN,
    };
  });
}

export function writingTable(empty: Writing, full: Writing): string {
  const rows = full.map((change, index) => {
    const before = empty[index] ?? change;
    return [
      change.name,
      ...[before.p50Ms, before.p95Ms, change.p50Ms, change.p95Ms].map(ms),
      `${before.statements} / ${change.statements}`,
      ...judged(change.p50Ms / before.p50Ms, { atMost: 1.5 }),
    ];
  });
  return [
    '### Changing: a full catalog against an empty one',
    table(
      [
        'change',
        'empty: p50',
        'p95',
        'full: p50',
        'p95',
        'statements, empty / full',
        'p50, full / empty',
        'aim',
        'met',
      ],
      rows,
    ),
  ].join('\n\n');
}

async function newestNumber(retort: RetortServer, name: string): Promise<number> {
  interface Found {
    readonly model: { readonly versions: { readonly edges: readonly { node: { number: number } }[] } } | null;
  }
  const found = (await retort.graphql(NEWEST, { name })) as unknown as Found;
  if (found.model) return found.model.versions.edges[0]?.node.number ?? 0;
  await retort.graphql(REGISTER, { name });
  return 0;
}
