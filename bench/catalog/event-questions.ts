import type { Numbers } from './numbers.js';
import { expectEqual, type Edges, type Question, type QuestionSource, type Variables } from './question.js';

const EVENTS = `query ($filter: EventFilter, $first: Int, $last: Int, $before: String) { events(filter: $filter,
  first: $first, last: $last, before: $before) { edges { cursor node { cursor at kind message actor requestId modelName
  versionNumber model { name } version { ref } deployment { name } } } } }`;
const DEPLOYMENTS = `query ($filter: DeploymentFilter, $first: Int, $after: String) { deployments(filter: $filter,
  first: $first, after: $after) { totalCount edges { node { name state updatedAt model { name } version { ref tags { name } }
  runtime { threads replicas } revisions(first: 1) { edges { node { number state } } } } } } }`;

interface Events {
  readonly events: Edges<{ readonly requestId: string | null }>;
}

export async function eventQuestions({ contents, ask }: QuestionSource): Promise<Question[]> {
  const { models } = contents;
  const failed = (await ask(EVENTS, {
    filter: { kinds: ['REQUEST_FAILED'] },
    last: 100,
  })) as unknown as Events;
  const requestIds = failed.events.edges.map(({ node }) => node.requestId ?? '');
  const newest = ((await ask(EVENTS, { last: 1 })) as unknown as Events).events.edges.map(({ cursor }) =>
    Number(cursor),
  );
  const page = (name: string, variables: (random: Numbers) => Variables, full = true): Question => ({
    name,
    document: EVENTS,
    first: 100,
    variables: (random, first) => ({ last: first, ...variables(random) }),
    problem: (data: Events, { last }: { last: number }) =>
      full ? expectEqual('edges', data.events.edges.length, last) : undefined,
  });
  return [
    page("a model's newest events", (random) => ({ filter: { model: random.pick(models).name } })),
    page("a model's alias moves", (random) => ({
      filter: { model: random.pick(models).name, kinds: ['ALIAS_MOVED', 'ALIAS_REMOVED'] },
    })),
    page('changes deep in the log', (random) => ({
      filter: { kinds: ['VERSION_PUBLISHED', 'VERSION_TAGGED', 'ALIAS_MOVED'] },
      before: String(1_000 + random.below(Math.max(1, (newest[0] ?? 0) - 1_000))),
    })),
    page('what failed, anywhere', () => ({ filter: { kinds: ['REQUEST_FAILED'] } })),
    {
      name: 'the events of one request',
      document: EVENTS,
      variables: (random) => ({ filter: { requestId: random.pick(requestIds) } }),
      problem: (data: Events) => expectEqual('edges', data.events.edges.length, 1),
    },
    {
      name: 'deployments with their versions, with totalCount',
      document: DEPLOYMENTS,
      first: 20,
      variables: (_, first) => ({ first, filter: { states: ['STOPPED'] } }),
      problem: (data: { deployments: Edges<unknown> }, { first }: { first: number }) =>
        expectEqual('edges', data.deployments.edges.length, first),
    },
  ];
}
