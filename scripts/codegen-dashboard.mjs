// The dashboard's GraphQL documents as TypeScript: types of all in one file, and a module of texts for each file of
// documents, so that a page loads its own only.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isEnumType, parse } from 'graphql';
import { graphqlFiles, operationsOf, operationTypes } from './graphql-operations.mjs';

const documents = 'web/dashboard/documents';
const folder = 'web/dashboard/__generated__';
const output = `${folder}/operations.ts`;
const origin = '// Generated from web/dashboard/documents/ and schema/ by scripts/codegen-dashboard.mjs.';

/** @param {string} root the project's folder */
export async function generateDashboardOperations(root) {
  const { schema, document, types } = await operationTypes({ root, documents, output });
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder), { recursive: true });
  const write = (name, lines) => writeFileSync(join(root, folder, name), [origin, ...lines, ''].join('\n'));
  write('operations.ts', [types]);
  write(
    'enums.ts',
    Object.values(schema.getTypeMap())
      .filter((type) => isEnumType(type) && !type.name.startsWith('__'))
      .map(
        (type) =>
          `export const ${type.name}Values = ${JSON.stringify(type.getValues().map(({ name }) => name))} as const;`,
      ),
  );
  for (const { file, text } of graphqlFiles(join(root, documents))) {
    const own = operationsOf(document, parse(text));
    if (own.length === 0) continue;
    write(`${basename(file, '.graphql')}.ts`, [
      `import type { ${own.flatMap(({ type }) => [type, `${type}Variables`]).join(', ')} } from './operations.js';`,
      "import { apiDocument } from '../api/documents.js';",
      ...own.map(
        ({ name, type, text: whole }) =>
          `export const ${name} = apiDocument<${type}, ${type}Variables>(${JSON.stringify(whole)});`,
      ),
    ]);
  }
}
