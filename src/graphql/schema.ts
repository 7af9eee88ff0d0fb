import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { buildASTSchema, parse, type GraphQLSchema } from 'graphql';
import { packageRoot } from '../platform/package-root.js';
import { recordUserErrors } from './http/failed-request.js';
import { resolvers } from './resolvers/index.js';

/** The SDL of every domain, in the order of the files' names. */
function readTypeDefinitions(): string[] {
  const folder = join(packageRoot, 'schema');
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** Equal schemas have equal digests. */
export function schemaDigest(): string {
  return createHash('sha256').update(readTypeDefinitions().join('\n')).digest('hex');
}

let built: GraphQLSchema | undefined;

/**
 * The executable schema, built once a process: nothing in it belongs to one server. A resolver for anything the SDL does not
 * have is an error here, at the start.
 */
export function buildExecutableSchema(): GraphQLSchema {
  built ??= recordUserErrors(
    makeExecutableSchema({
      // The build has validated the SDL; to copy the schema for each resolver would take as long again as all the rest.
      typeDefs: buildASTSchema(parse(readTypeDefinitions().join('\n')), { assumeValidSDL: true }),
      updateResolversInPlace: true,
      resolvers,
      resolverValidationOptions: {
        requireResolversToMatchSchema: 'error',
        requireResolversForResolveType: 'error',
      },
    }),
  );
  return built;
}
