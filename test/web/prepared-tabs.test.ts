import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, getVariableValues, Kind, parse, validate, type OperationDefinitionNode } from 'graphql';
import { preparedTabs } from '../../web/graphiql/prepared-tabs.js';

const sdl = readdirSync('schema')
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(`schema/${file}`, 'utf8'));
const schema = buildSchema(sdl.join('\n'));

const tabs = preparedTabs.map(({ query, variables }) => {
  const document = parse(query);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return {
    name: operation?.name?.value,
    query,
    document,
    operation,
    variables: JSON.parse(variables ?? '{}') as Record<string, unknown>,
  };
});

describe.each(tabs)('the prepared tab $name', ({ query, document, operation, variables }) => {
  it('fits the schema, and so do its variables', () => {
    expect(validate(schema, document)).toEqual([]);
    const coerced = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
    expect(coerced.errors).toBeUndefined();
  });

  it('says first what it shows', () => expect(query).toMatch(/^# \d+\. [A-Z]/));
});

it('gives each tab a name of its own', () => {
  expect(new Set(tabs.map(({ name }) => name)).size).toBe(tabs.length);
});
