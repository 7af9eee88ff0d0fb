import { expectEqual, type Edges, type Question, type QuestionSource } from './question.js';
import { OTHERS, searchTexts } from './search-texts.js';

interface Models {
  readonly models: Edges<{ readonly name: string }>;
}

const FIELDS =
  'name title summary domain labels latestVersion: versions(first: 1) { edges { node { ref } } }';
const LISTED = 'name title summary domain labels updatedAt';
const ARGUMENTS = '$filter: ModelFilter, $orderBy: ModelOrder, $first: Int, $after: String, $last: Int';
const PASSED = 'filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last';
const COUNTED = `query (${ARGUMENTS}) { models(${PASSED}) { totalCount edges { cursor node { ${LISTED} } } } }`;
const PLAIN = `query (${ARGUMENTS}) { models(${PASSED}) { edges { cursor node { ${LISTED} } } } }`;
const DASHBOARD = `query (${ARGUMENTS}) { models(${PASSED}) { edges { node {
  ${FIELDS} aliases { name version { ref createdAt } } newest: versions(first: 3) { totalCount
  edges { node { ref createdAt createdBy tags { name } aliases { name } metrics { name value unit } } } } } } } }`;

export async function modelQuestions({ contents, ask }: QuestionSource): Promise<Question[]> {
  const { models } = contents;
  const cursors = await cursorsByName(ask);
  const texts = searchTexts(models);
  // The other models in the catalog may match as well.
  const counted = (got: number | undefined, known: number) =>
    got !== undefined && got >= known && got <= known + OTHERS
      ? undefined
      : `totalCount: expected ${known}, got ${got}`;

  const search = (name: string, words: readonly string[]): Question => ({
    name,
    document: COUNTED,
    first: 20,
    variables: (random, first) => ({ first, filter: { text: random.pick(words) } }),
    problem: (data: Models, { filter, first }: { filter: { text: string }; first: number }) => {
      const { totalCount = 0, edges } = data.models;
      const wrong = edges.find(
        ({ node }) => texts.holds(node.name) && !texts.matches(node.name, filter.text),
      );
      return (
        counted(totalCount, texts.matching(filter.text)) ??
        expectEqual('edges', edges.length, Math.min(first, totalCount)) ??
        expectEqual('a model without the word', wrong?.node.name, undefined)
      );
    },
  });
  const full = (what: string, more: Omit<Question, 'problem' | 'first'>, first: number): Question => ({
    ...more,
    first,
    problem: (data: Models, variables: { first?: number; last?: number }) =>
      expectEqual(what, data.models.edges.length, variables.first ?? variables.last),
  });

  return [
    search('search for a rare word, with totalCount', texts.rare),
    search('search for a common word, with totalCount', texts.common),
    search('search for two words, with totalCount', texts.pairs),
    {
      name: 'by domain and label, with totalCount',
      document: COUNTED,
      first: 20,
      variables: (random, first) => {
        const { domain, labels } = random.pick(models);
        return { first, filter: { domain, labels: labels.slice(0, 1) } };
      },
      problem: (
        { models: { totalCount } }: Models,
        { filter }: { filter: { domain: string; labels: string[] } },
      ) =>
        counted(
          totalCount,
          models.filter(
            ({ domain, labels }) =>
              domain === filter.domain && filter.labels.every((label) => labels.includes(label)),
          ).length,
        ),
    },
    full(
      'first page',
      { name: 'first page, by name', document: PLAIN, variables: (_, first) => ({ first }) },
      100,
    ),
    full(
      'deep page',
      {
        name: 'a page deep in the list, by name',
        document: PLAIN,
        variables: (random, first) => ({ first, after: random.pick(cursors) }),
      },
      100,
    ),
    full(
      'last page',
      { name: 'last page, by name', document: PLAIN, variables: (_, first) => ({ last: first }) },
      100,
    ),
    full(
      'newest',
      {
        name: 'newest changed first, of one domain',
        document: PLAIN,
        variables: (random, first) => ({
          first,
          filter: { domain: random.pick(models).domain },
          orderBy: { field: 'UPDATED_AT', direction: 'DESC' },
        }),
      },
      20,
    ),
    full(
      'dashboard',
      {
        name: 'models with newest versions, tags, aliases, metrics',
        document: DASHBOARD,
        variables: (random, first) => ({ first, after: random.pick(cursors) }),
      },
      20,
    ),
  ];
}

/** Where pages begin that still have a hundred models after them. */
async function cursorsByName(ask: QuestionSource['ask']): Promise<string[]> {
  const cursors: string[] = [];
  for (let after: string | undefined; ;) {
    const { models } = (await ask(PLAIN, { first: 100, after })) as unknown as Models;
    cursors.push(...models.edges.map(({ cursor }) => cursor));
    after = cursors.at(-1);
    if (models.edges.length < 100) return cursors.slice(0, -100);
  }
}
