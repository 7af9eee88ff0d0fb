// The command line's GraphQL documents as TypeScript: the text of each with its fragments, typed by the schema.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType, stripIgnoredCharacters } from 'graphql';
import { operationsOf, operationTypes } from './graphql-operations.mjs';

const documents = 'cli/documents';
const output = 'cli/__generated__/operations.ts';

/** @param {string} root the project's folder */
export async function generateOperations(root) {
  const { schema, document, types } = await operationTypes({ root, documents, output });
  mkdirSync(join(root, 'cli/__generated__'), { recursive: true });
  writeFileSync(
    join(root, output),
    [
      '// Generated from cli/documents/ and schema/ by scripts/codegen-cli.mjs.',
      "import { GraphqlDocument } from '../api/document.js';",
      types,
      ...operationsOf(document).map(
        ({ name, type, text }) =>
          `export const ${name} = new GraphqlDocument<${type}, ${type}Variables>(${JSON.stringify(stripIgnoredCharacters(text))});`,
      ),
      ...enumsOf(schema).map((type) => `export const ${type.name}Values = ${valuesOf(type)} as const;`),
      '',
    ].join('\n'),
  );
}

function enumsOf(schema) {
  return Object.values(schema.getTypeMap()).filter((type) => isEnumType(type) && !type.name.startsWith('__'));
}

function valuesOf(type) {
  return JSON.stringify(type.getValues().map(({ name }) => name));
}
