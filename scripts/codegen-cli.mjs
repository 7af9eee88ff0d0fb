// The command line's GraphQL documents as TypeScript: the text of each with its fragments, typed by the schema. A
// document that the schema does not answer any more fails the build.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import {
  buildSchema,
  isEnumType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
  visit,
} from 'graphql';

const output = 'cli/__generated__/operations.ts';

const config = {
  useTypeImports: true,
  enumType: 'string-literal',
  immutableTypes: true,
  skipTypename: true,
  // Times and large numbers travel as JSON has them.
  scalars: {
    DateTime: 'string',
    JSON: 'unknown',
    TensorData: 'unknown',
    BigInt: { input: 'number', output: 'number | string' },
  },
};

/** @param {string} root the project's folder */
export async function generateOperations(root) {
  const read = (folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.graphql'))
      .sort()
      .map((file) => readFileSync(join(root, folder, file), 'utf8'))
      .join('\n');
  const sdl = read('schema');
  const schema = buildSchema(sdl);
  const document = parse(read('cli/documents'));
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(`cli/documents: ${errors.map(String).join('\n\n')}`);
  const types = await codegen({
    filename: join(root, output),
    schema: parse(sdl),
    schemaAst: schema,
    documents: [{ document }],
    config,
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  mkdirSync(join(root, 'cli/__generated__'), { recursive: true });
  writeFileSync(
    join(root, output),
    [
      '// Generated from cli/documents/ and schema/ by scripts/codegen-cli.mjs.',
      "import { GraphqlDocument } from '../api/document.js';",
      types,
      ...operationsOf(document).map(
        ({ name, type, text }) =>
          `export const ${name} = new GraphqlDocument<${type}, ${type}Variables>(${JSON.stringify(text)});`,
      ),
      ...enumsOf(schema).map((type) => `export const ${type.name}Values = ${valuesOf(type)} as const;`),
      '',
    ].join('\n'),
  );
}

function operationsOf(document) {
  const fragments = new Map(
    document.definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return document.definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((definition) => {
      const name = definition.name.value;
      const kind = definition.operation;
      const used = [definition, ...fragmentsUsedBy(definition, fragments)];
      return {
        name,
        type: `${name}${kind[0].toUpperCase()}${kind.slice(1)}`,
        text: stripIgnoredCharacters(used.map(print).join('\n')),
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

function enumsOf(schema) {
  return Object.values(schema.getTypeMap()).filter((type) => isEnumType(type) && !type.name.startsWith('__'));
}

function valuesOf(type) {
  return JSON.stringify(type.getValues().map(({ name }) => name));
}
