import { GraphQLError, isObjectType, type GraphQLAbstractType, type GraphQLObjectType } from 'graphql';
import type { Run } from './run.js';
import type { FieldPlan } from './selection-plan.js';

export function notOfType({ nodes }: FieldPlan, { name }: GraphQLObjectType): GraphQLError {
  return new GraphQLError(`Expected value of type "${name}" but got another.`, { nodes });
}

export function objectType(
  { scope: { schema } }: Run,
  { nodes, parentType, fieldName }: FieldPlan,
  abstract: GraphQLAbstractType,
  name: unknown,
): GraphQLObjectType {
  const found = typeof name === 'string' ? schema.getType(name) : undefined;
  if (isObjectType(found) && schema.isSubType(abstract, found)) return found;
  throw new GraphQLError(
    `Expected the value of "${parentType.name}.${fieldName}" to be one of the types of "${abstract.name}", got ${String(name)}.`,
    { nodes },
  );
}
