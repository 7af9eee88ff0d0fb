// Compares schema/ with the schema of the last release, schema/released/schema.graphql. Each change that a client of that
// release could not bear is listed; the exit code is then 1.
//
//   npm run schema:check                 compares
//   npm run schema:check -- --renew      writes the snapshot, at a release (CONTRIBUTING.md)
//   npm run schema:check -- --schema FOLDER --released FILE      compares others
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, lexicographicSortSchema, parse, print, printSchema, visit } from 'graphql';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    schema: { type: 'string', default: join(root, 'schema') },
    released: { type: 'string', default: join(root, 'schema/released/schema.graphql') },
    renew: { type: 'boolean', default: false },
  },
});

/** Documents stay valid with another default, and mean something else. */
const MEANING = new Set([
  ChangeType.FieldArgumentDefaultChanged,
  ChangeType.InputFieldDefaultValueChanged,
  ChangeType.DirectiveArgumentDefaultValueChanged,
]);

const current = buildSchema(
  readdirSync(values.schema)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => readFileSync(join(values.schema, name), 'utf8'))
    .join('\n'),
);

if (values.renew) {
  mkdirSync(dirname(values.released), { recursive: true });
  writeFileSync(values.released, `${withoutDescriptions(printSchema(lexicographicSortSchema(current)))}\n`);
  console.log(`Wrote ${relative(process.cwd(), values.released)}.`);
} else {
  const changes = (await diff(buildSchema(readFileSync(values.released, 'utf8')), current)).filter(
    ({ type }) => !type.includes('DESCRIPTION'),
  );
  const breaking = changes.filter(
    ({ type, criticality }) => criticality.level === CriticalityLevel.Breaking || MEANING.has(type),
  );
  if (breaking.length === 0) {
    console.log(
      `The schema keeps what the last release promised (${changes.length} changes, none breaking).`,
    );
  } else {
    console.error(
      `Expected a schema that clients of the last release can go on with, got ${breaking.length} breaking:`,
    );
    for (const { message, path, criticality } of breaking) {
      console.error(`- ${path ?? ''}: ${message}${criticality.reason ? ` (${criticality.reason})` : ''}`);
    }
    console.error(
      'Keep what was there, mark it @deprecated(reason:), and add the new beside it: see "The schema" in CONTRIBUTING.md.',
    );
    process.exitCode = 1;
  }
}

/** What fields are called binds; how they are described does not. */
function withoutDescriptions(sdl) {
  return print(
    visit(parse(sdl), {
      enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
    }),
  );
}
