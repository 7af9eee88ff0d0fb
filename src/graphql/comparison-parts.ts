import {
  getNamedType,
  getNullableType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
  parse,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { ComparisonPart, PartAnswerer } from '../comparison/index.js';
import type { JsonValue } from '../platform/events/index.js';
import { createContext, type GraphqlServices } from './context.js';
import { KnownDocument } from './compiled/known-document.js';
import { originOf } from './http/error-mapping.js';

/** A request has a minute; a job has as long as any request may ask for. */
const DEADLINE_MS = 600_000;
/** What is told of these by their names; their own fields lead anywhere. */
const BY_NAME: Readonly<Record<string, string>> = { Version: 'ref', Artifact: 'digest' };

/**
 * Answers a part of a comparison as `compareVersions` does, every field of it, for a job that keeps it as JSON.
 */
export function createPartAnswerer(schema: GraphQLSchema, services: GraphqlServices): PartAnswerer {
  const documents = new Map<ComparisonPart, KnownDocument>();
  const documentOf = (part: ComparisonPart): KnownDocument => {
    const known = documents.get(part);
    if (known) return known;
    const source = partDocument(schema, part);
    const document = new KnownDocument(schema, source, parse(source));
    documents.set(part, document);
    return document;
  };
  return async (part, versions, signal) => {
    const context = createContext(services, { actor: 'system', requestId: 'job' }, signal, {
      headers: {},
      protocol: 'http',
      host: 'localhost',
    });
    context.prepareFor('query');
    const result = await documentOf(part)
      .operation(null)
      ?.run({ ...versions }, context);
    if (!result) throw new Error(`The part ${part} of a comparison has no document that runs`);
    const [error] = result.errors ?? [];
    if (error) throw originOf(error);
    // As it would come over HTTP: scalars as they are written, and no prototypes.
    const { compareVersions } = JSON.parse(JSON.stringify(result.data)) as {
      compareVersions: Record<string, JsonValue>;
    };
    return compareVersions[part] ?? null;
  };
}

function partDocument(schema: GraphQLSchema, part: ComparisonPart): string {
  const field = (schema.getType('VersionComparison') as GraphQLObjectType).getFields()[part];
  if (!field) throw new Error(`Expected compareVersions to answer ${part}`);
  const deadline = field.args.some(({ name }) => name === 'deadlineMs') ? `(deadlineMs: ${DEADLINE_MS})` : '';
  return `query ($base: String!, $target: String!) {
    compareVersions(base: $base, target: $target) { ${part}${deadline}${selectionOf(getNamedType(field.type))} }
  }`;
}

/** Every field, as far down as there are any. */
function selectionOf(type: GraphQLNamedType): string {
  const name = BY_NAME[type.name];
  if (name !== undefined) return ` { ${name} }`;
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields())
    .filter(({ args, deprecationReason }) => !args.some(isRequiredArgument) && deprecationReason == null)
    .map((field) => {
      const inner = getNamedType(getNullableType(field.type));
      return isScalarType(inner) || isEnumType(inner) ? field.name : `${field.name}${selectionOf(inner)}`;
    });
  return ` { ${fields.join(' ')} }`;
}
