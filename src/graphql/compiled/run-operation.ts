import {
  defaultTypeResolver,
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLAbstractType,
  type GraphQLObjectType,
} from 'graphql';
import { CollectedErrors } from './collected-errors.js';
import { completeLeaf, completeNull, serialize } from './complete-leaf.js';
import { notOfType, objectType } from './object-type.js';
import { failValue, infoOf, isPromise, placeOf, type Path, type Run, type Values } from './run.js';
import type { FieldPlan, SelectionPlan, TypePlan } from './selection-plan.js';

/**
 * The execution algorithm of graphql-js 16, step for step and with its order of errors, over a plan in place of the
 * document: what it looks up for every field of every object in every run was looked up once.
 */
export function runOperation(
  plan: SelectionPlan,
  given: Omit<Run, 'errors'>,
): ExecutionResult | Promise<ExecutionResult> {
  const { scope, operation, context, variables } = given;
  const run: Run = { scope, operation, context, variables, errors: new CollectedErrors() };
  try {
    const data =
      run.operation.operation === OperationTypeNode.MUTATION
        ? runSerially(run, plan)
        : runFields(run, plan, undefined, undefined);
    if (!isPromise(data)) return respond(run, data);
    return data.then(
      (settled) => respond(run, settled),
      (error: unknown) => fail(run, error),
    );
  } catch (error) {
    return fail(run, error);
  }
}

function respond({ errors: { list } }: Run, data: unknown): ExecutionResult {
  return list.length === 0 ? { data: data as Values } : { errors: list, data: data as Values };
}

function fail(run: Run, error: unknown): ExecutionResult {
  run.errors.add(error as GraphQLError, undefined);
  return respond(run, null);
}

/** Mutations: each field begins when the one before it has ended. */
function runSerially(run: Run, plan: SelectionPlan): Values | Promise<Values> {
  const step = (results: Values, field: FieldPlan): Values | Promise<Values> => {
    const value = runField(run, field, undefined, undefined);
    if (!isPromise(value)) {
      results[field.key] = value;
      return results;
    }
    return value.then((settled) => {
      results[field.key] = settled;
      return results;
    });
  };
  let done: Values | Promise<Values> = emptyAnswer(plan);
  for (const field of plan.fields)
    done = isPromise(done) ? done.then((results) => step(results, field)) : step(done, field);
  return done;
}

function runFields(
  run: Run,
  plan: SelectionPlan,
  source: unknown,
  path: Path | undefined,
): Values | Promise<Values> {
  const results = emptyAnswer(plan);
  let waits = false;
  try {
    for (const field of plan.fields) {
      const value = runField(run, field, source, path);
      results[field.key] = value;
      if (isPromise(value)) waits = true;
    }
  } catch (error) {
    if (!waits) throw error;
    // Resolvers that have begun are waited for: no part of a request may still run when it is answered.
    return settleAll(results).finally(() => {
      throw error;
    });
  }
  return waits ? settleAll(results) : results;
}

async function settleAll(results: Values): Promise<Values> {
  const keys = Object.keys(results);
  const values = await Promise.all(Object.values(results));
  for (const [index, key] of keys.entries()) results[key] = values[index];
  return results;
}

function emptyAnswer({ hasProto }: SelectionPlan): Values {
  return hasProto ? (Object.create(null) as Values) : {};
}

function runField(run: Run, field: FieldPlan, source: unknown, parentPath: Path | undefined): unknown {
  if (field.constant !== undefined) return field.constant;
  if (field.resolve === null) {
    const value = propertyOf(source, field.fieldName);
    if (typeof value !== 'function') {
      if (field.type.kind === 'leaf' && !isPromise(value)) {
        // By far the most fields are such: their place is needed only if they fail.
        try {
          return completeLeaf(field, field.type, value);
        } catch (error) {
          return failValue(run, field, field.type, placeOf(field, parentPath), error);
        }
      }
      return completeValue(run, field, field.type, placeOf(field, parentPath), value);
    }
  }
  const path = placeOf(field, parentPath);
  let value: unknown;
  try {
    const values = field.readArguments(run.variables);
    const info = infoOf(run, field, path);
    value = field.resolve
      ? field.resolve(source, values, run.context, info)
      : (source as Record<string, (...args: unknown[]) => unknown>)[field.fieldName]?.(
          values,
          run.context,
          info,
        );
  } catch (error) {
    return failValue(run, field, field.type, path, error);
  }
  return completeValue(run, field, field.type, path, value);
}

/** As graphql-js's default resolver finds it. */
function propertyOf(source: unknown, name: string): unknown {
  return (typeof source === 'object' && source !== null) || typeof source === 'function'
    ? (source as Values)[name]
    : undefined;
}

function complete(run: Run, field: FieldPlan, type: TypePlan, path: Path, value: unknown): unknown {
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) return completeNull(field, type);
  switch (type.kind) {
    case 'leaf':
      return serialize(type.type, value);
    case 'list':
      return completeList(run, field, type, path, value);
    case 'object':
      return completeObject(run, field, type.type, path, value);
    case 'abstract':
      return completeAbstract(run, field, type.type, path, value);
  }
}

function completeList(
  run: Run,
  field: FieldPlan,
  { item: type }: Extract<TypePlan, { kind: 'list' }>,
  path: Path,
  value: object | string | number | bigint | boolean | symbol,
): unknown {
  if (typeof value !== 'object' || !(Symbol.iterator in value)) {
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${field.parentType.name}.${field.fieldName}".`,
    );
  }
  const items: unknown[] = [];
  let waits = false;
  try {
    for (const item of value as Iterable<unknown>) {
      const place: Path = { prev: path, key: items.length, typename: undefined };
      const completed = completeValue(run, field, type, place, item);
      items.push(completed);
      if (isPromise(completed)) waits = true;
    }
  } catch (error) {
    if (!waits) throw error;
    return Promise.allSettled(items).then(() => {
      throw error;
    });
  }
  return waits ? Promise.all(items) : items;
}

function completeValue(run: Run, field: FieldPlan, type: TypePlan, path: Path, item: unknown): unknown {
  try {
    const completed = isPromise(item)
      ? item.then((settled) => complete(run, field, type, path, settled))
      : complete(run, field, type, path, item);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error: unknown) => failValue(run, field, type, path, error));
  } catch (error) {
    return failValue(run, field, type, path, error);
  }
}

function completeObject(
  run: Run,
  field: FieldPlan,
  type: GraphQLObjectType,
  path: Path,
  value: unknown,
): unknown {
  if (type.isTypeOf) {
    const isOfType = type.isTypeOf(value, run.context, infoOf(run, field, path));
    if (isPromise(isOfType)) {
      return isOfType.then((settled) => {
        if (!settled) throw notOfType(field, type);
        return runFields(run, field.selectionOf(type), value, path);
      });
    }
    if (!isOfType) throw notOfType(field, type);
  }
  return runFields(run, field.selectionOf(type), value, path);
}

function completeAbstract(
  run: Run,
  field: FieldPlan,
  type: GraphQLAbstractType,
  path: Path,
  value: unknown,
): unknown {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const name = resolveType(value, run.context, infoOf(run, field, path), type);
  return isPromise(name)
    ? name.then((settled) => completeObject(run, field, objectType(run, field, type, settled), path, value))
    : completeObject(run, field, objectType(run, field, type, name), path, value);
}
