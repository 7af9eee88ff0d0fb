import { describe, expect, it } from '@jest/globals';
import {
  getIntrospectionQuery,
  parse,
  specifiedRules,
  validate,
  type OperationDefinitionNode,
} from 'graphql';
import { checkCost, createCostCheck } from '../../src/graphql/documents/cost-limit.js';
import { parseOptions, validationRules } from '../../src/graphql/documents/document.js';
import { buildExecutableSchema } from '../../src/graphql/schema.js';

const schema = buildExecutableSchema();

function problems(text: string, introspection = true): string[] {
  return validate(schema, parse(text, parseOptions), [
    ...specifiedRules,
    ...validationRules({ introspection }),
  ]).map(({ message }) => message);
}

function cost(text: string, variables?: Record<string, unknown>): void {
  const document = parse(text, parseOptions);
  checkCost(schema, document, document.definitions[0] as OperationDefinitionNode, variables);
}

/** `models` within `version` within `model` within…: `depth` levels of fields. */
function nested(depth: number): string {
  return `{ model(name: "a") { ${'version { model { '.repeat((depth - 2) / 2)}name${' } }'.repeat((depth - 2) / 2)} } }`;
}

describe('the depth limit', () => {
  it('lets honest Relay queries pass, three levels and more', () => {
    const relay = `{ models(first: 10) { edges { node { versions(first: 5) { edges { node { derivedFrom { version { model { deployments(first: 1) {
      edges { node { name } } pageInfo { hasNextPage } } } } } } } } } } } }`;
    expect(problems(relay)).toEqual([]);
  });

  it('lets 14 levels pass and refuses 16 and 50, saying what came', () => {
    expect(problems(nested(14))).toEqual([]);
    expect(problems(nested(16))).toEqual([expect.stringContaining('at most 15 levels deep, got 16')]);
    expect(problems(nested(50))).toEqual([expect.stringContaining('got 50')]);
  });

  it('counts through fragments, and does not lose itself in those that run in circles', () => {
    const inFragments = `query { model(name: "a") { ...A } } fragment A on Model { version { model { version { model { ...B } } } } }
      fragment B on Model { version { model { version { model { version { model { version { model { version { model { name } } } } } } } } } } }`;
    expect(problems(inFragments)).toEqual([expect.stringContaining('got 16')]);
    const circle = 'query { model(name: "a") { ...A } } fragment A on Model { version { model { ...A } } }';
    expect(problems(circle)).toEqual([expect.stringContaining('Cannot spread fragment "A" within itself')]);
  });

  it('leaves the introspection of GraphiQL alone', () => {
    expect(
      problems(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true })),
    ).toEqual([]);
    expect(problems('{ __schema { description } }', false)).toEqual([
      expect.stringContaining('introspection has been disabled'),
    ]);
  });
});

describe('the cost limit', () => {
  const pages =
    'query($n: Int) { models(first: $n) { edges { node { name versions(first: $n) { edges { node { ref tags { name } aliases { name } } } } } } } }';

  it('lets honest pages pass', () => {
    expect(() => cost(pages, { n: 50 })).not.toThrow();
    expect(() =>
      cost(
        '{ models(first: 100) { totalCount edges { cursor node { name title labels aliases { name version { number } } deployments { edges { node { name state } } } } } } }',
      ),
    ).not.toThrow();
    expect(() => cost(getIntrospectionQuery())).not.toThrow();
  });

  it('counts what the variables say', () => {
    expect(() => cost(pages, { n: 100 })).toThrow(/at most 100000, got \d+/);
    expect(() => cost(pages.replace('$n: Int', '$n: Int = 100'))).toThrow(/got \d+/);
  });

  it('counts every alias, and every run of a model', () => {
    const predict = (count: number) =>
      `mutation { ${Array.from({ length: count }, (_, index) => `p${index}: predict(input: { version: "esol", instances: [] }) { predictions { value } }`).join(' ')} }`;
    expect(() => cost(predict(10))).not.toThrow();
    expect(() => cost(predict(60))).toThrow(/got \d+/);
    const many = Array.from(
      { length: 40 },
      (_, index) =>
        `a${index}: models(first: 100) { edges { node { name versions(first: 10) { edges { node { number } } } } } }`,
    );
    expect(() => cost(`{ ${many.join(' ')} }`)).toThrow(/got \d+/);
  });

  it('does not unfold fragments without end', () => {
    const fragments = Array.from(
      { length: 20 },
      (_, index) => `fragment F${index} on Model { ...F${index + 1} ...F${index + 1} }`,
    );
    const bomb = `{ model(name: "a") { ...F0 } } ${fragments.join(' ')} fragment F20 on Model { name }`;
    expect(() => cost(bomb)).toThrow('maximum allowed number of nodes');
  });

  it('is the same when it is asked again, whatever variables came before', () => {
    const paged = parse(pages);
    const check = createCostCheck(schema, paged, paged.definitions[0] as OperationDefinitionNode);
    expect(() => check({ n: 50 })).not.toThrow();
    expect(() => check({ n: 100 })).toThrow(/got \d+/);
    expect(() => check({ n: 50 })).not.toThrow();
    const chosen = parse(`query($yes: Boolean!) { model(name: "a") { name
      versions(first: 100) @include(if: $yes) { edges { node { derivedFrom { version { model {
        versions(first: 100) { edges { node { tags { name } aliases { name } } } } } } } } } } } }`);
    const checkChosen = createCostCheck(schema, chosen, chosen.definitions[0] as OperationDefinitionNode);
    expect(() => checkChosen({ yes: false })).not.toThrow();
    expect(() => checkChosen({ yes: true })).toThrow(/got \d+/);
  });

  it('is counted once where no variable decides it, and not from variables that do not fit', () => {
    const runs = parse(
      `mutation($i: InferInput!) { ${Array.from({ length: 60 }, (_, index) => `r${index}: infer(input: $i) { userErrors { code } }`).join(' ')} }`,
    );
    const check = createCostCheck(schema, runs, runs.definitions[0] as OperationDefinitionNode);
    expect(() => check({ i: 'nonsense' })).not.toThrow();
    for (let time = 0; time < 2; time += 1) expect(() => check({ i: { inputs: [] } })).toThrow(/got \d+/);
  });

  it('leaves variables that do not fit to those who say it best', () => {
    expect(() => cost(pages, { n: 'many' })).not.toThrow();
  });
});

describe('the size of a document', () => {
  it('is limited in tokens and characters', () => {
    expect(() => parse(`{ ${'a '.repeat(20_001)} }`, parseOptions)).toThrow('tokens');
    expect(() => parse(`# ${'a'.repeat(1_048_577)}\n{ a }`, parseOptions)).toThrow('UTF-16');
  });
});
