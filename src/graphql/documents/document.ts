import {
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type GraphQLError,
  type ParseOptions,
  type ValidationRule,
} from 'graphql';
import type { DocumentCache } from '../compiled/document-cache.js';
import type { KnownDocument } from '../compiled/known-document.js';
import type { LiveSchema } from '../live-schema.js';
import { depthLimit } from './depth-limit.js';

/** Far beyond any document that people or programs write: data belongs into variables. */
export const parseOptions: ParseOptions = { maxSourceLength: 1_048_576, maxLexicalTokens: 20_000 };

/** What both transports check beyond the GraphQL specification. */
export function validationRules({ introspection }: { introspection: boolean }): ValidationRule[] {
  return introspection ? [depthLimit] : [depthLimit, NoSchemaIntrospectionCustomRule];
}

/** What is wrong with a document, or the document; throws what the parser throws. */
export type DocumentReader = (source: string) => KnownDocument | readonly GraphQLError[];

/** Reads documents without Apollo; each that is valid is parsed and validated once. */
export function createDocumentReader(
  live: Pick<LiveSchema, 'current'>,
  documents: DocumentCache,
  config: { introspection: boolean },
): DocumentReader {
  const rules = [...specifiedRules, ...validationRules(config)];
  return (source) => {
    const known = documents.find(source);
    if (known) return known;
    const document = parse(source, parseOptions);
    const errors = validate(live.current, document, rules);
    return errors.length > 0 ? errors : documents.add(source, document);
  };
}
