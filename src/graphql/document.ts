import { NoSchemaIntrospectionCustomRule, type ParseOptions, type ValidationRule } from 'graphql';
import { depthLimit } from './depth-limit.js';

/** Far beyond any document that people or programs write: data belongs into variables. */
export const parseOptions: ParseOptions = { maxSourceLength: 1_048_576, maxLexicalTokens: 20_000 };

/** What both transports check beyond the GraphQL specification. */
export function validationRules({ introspection }: { introspection: boolean }): ValidationRule[] {
  return introspection ? [depthLimit] : [depthLimit, NoSchemaIntrospectionCustomRule];
}
