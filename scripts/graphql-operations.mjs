// What the command line and the dashboard make of their GraphQL documents: TypeScript types, and the text of each
// operation with its fragments. A document that the schema does not answer any more fails the build.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse, print, validate, visit } from 'graphql';

const config = {
  useTypeImports: true,
  enumType: 'string-literal',
  immutableTypes: true,
  skipTypename: true,
  // Times and large numbers travel as JSON has them.
  scalars: {
    DateTime: 'string',
    Duration: 'string',
    JSON: 'unknown',
    TensorData: 'unknown',
    BigInt: { input: 'number', output: 'number | string' },
  },
};

/** The text of all GraphQL files of a folder, by file name. */
export function graphqlFiles(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/**
 * @param {{ root: string, documents: string, output: string }} places relative to the project's folder
 * @returns the schema, and the operations' types as TypeScript
 */
export async function operationTypes({ root, documents, output }) {
  const sdl = graphqlFiles(join(root, 'schema'))
    .map(({ text }) => text)
    .join('\n');
  const schema = buildSchema(sdl);
  const document = parse(
    graphqlFiles(join(root, documents))
      .map(({ text }) => text)
      .join('\n'),
  );
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(`${documents}: ${errors.map(String).join('\n\n')}`);
  const types = await codegen({
    filename: join(root, output),
    schema: parse(sdl),
    schemaAst: schema,
    documents: [{ document }],
    config,
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  return { schema, document, types };
}

/** Each operation of `chosen` (all by default), with the fragments that it uses from anywhere in `document`. */
export function operationsOf(document, chosen = document) {
  const fragments = new Map(
    document.definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return chosen.definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((definition) => {
      const name = definition.name.value;
      const kind = definition.operation;
      const used = [definition, ...fragmentsUsedBy(definition, fragments)];
      return {
        name,
        type: `${name}${kind[0].toUpperCase()}${kind.slice(1)}`,
        text: used.map(print).join('\n\n'),
      };
    });
}

function fragmentsUsedBy(node, fragments, found = new Set()) {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (found.has(fragment)) return;
      found.add(fragment);
      fragmentsUsedBy(fragment, fragments, found);
    },
  });
  return found;
}
