// Resolver types from schema/*.graphql, with the domain's own records as the parents of every resolver.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { buildSchema, parse } from 'graphql';

const output = 'src/graphql/__generated__/resolvers.ts';

export async function generateResolverTypes(root) {
  const sdl = readdirSync(join(root, 'schema'))
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => readFileSync(join(root, 'schema', file), 'utf8'))
    .join('\n');
  const { default: config } = await import('../codegen.config.js');
  const code = await codegen({
    filename: join(root, output),
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents: [],
    config,
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  mkdirSync(join(root, 'src/graphql/__generated__'), { recursive: true });
  writeFileSync(join(root, output), `// Generated from schema/ by scripts/codegen.mjs.\n${code}`);
}
