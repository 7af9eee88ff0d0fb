import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import * as operations from '../../cli/__generated__/operations.js';
import { GraphqlDocument } from '../../cli/api/document.js';

const read = (folder: string) =>
  readdirSync(resolve(folder))
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
const schema = buildSchema(read('schema'));
const documents = Object.entries<unknown>(operations).filter(
  (entry): entry is [string, GraphqlDocument<unknown, unknown>] => entry[1] instanceof GraphqlDocument,
);

describe('the GraphQL documents of the command line', () => {
  it.each(documents)('%s is one the server answers', (_name, { text }) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it('are all there', () => {
    const declared = [...read('cli/documents').matchAll(/^(?:query|mutation|subscription) (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(documents.map(([name]) => name).sort()).toEqual(declared.sort());
  });

  it('would be refused if a field went: the check can fail', () => {
    const text = operations.ListModels.text.replace('hasNextPage', 'hasAnotherPage');
    expect(validate(schema, parse(text))).not.toEqual([]);
  });
});
