import {
  locatedError,
  responsePathAsArray,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import type { CollectedErrors } from './collected-errors.js';
import type { FieldPlan, PlanScope, TypePlan } from './selection-plan.js';

export type Path = GraphQLResolveInfo['path'];
export type Values = Record<string, unknown>;

/** One run of an operation. */
export interface Run {
  readonly scope: PlanScope;
  readonly operation: OperationDefinitionNode;
  readonly context: unknown;
  readonly variables: Values;
  readonly errors: CollectedErrors;
}

/** A value that may be null becomes so, and the error is told; of one that may not, its parent fails. */
export function failValue(run: Run, field: FieldPlan, type: TypePlan, path: Path, error: unknown): null {
  const located = locatedError(error, field.nodes, responsePathAsArray(path));
  if (type.nonNull) throw located;
  run.errors.add(located, path);
  return null;
}

export function placeOf({ key, parentType }: FieldPlan, prev: Path | undefined): Path {
  return { prev, key, typename: parentType.name };
}

export function infoOf(
  { scope, operation, variables }: Run,
  field: FieldPlan,
  path: Path,
): GraphQLResolveInfo {
  return {
    fieldName: field.fieldName,
    fieldNodes: field.nodes,
    returnType: field.returnType,
    parentType: field.parentType,
    path,
    schema: scope.schema,
    fragments: scope.fragments,
    rootValue: undefined,
    operation,
    variableValues: variables,
  };
}

export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T>;
export function isPromise(value: unknown): value is Promise<unknown>;
export function isPromise(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
