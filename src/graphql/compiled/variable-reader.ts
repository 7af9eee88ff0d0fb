import {
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';

/** Turns what a request sent into what resolvers get; null when anything does not fit. */
export type VariableReader = (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown> | null;

/** Turns one value; throws anything at all when it does not fit. */
type Reader = (value: unknown) => unknown;

interface VariablePlan {
  readonly name: string;
  readonly read: Reader;
  readonly required: boolean;
  readonly defaultNode: ValueNode | undefined;
  readonly type: GraphQLInputType;
}

/**
 * The input coercion of GraphQL, for input that is as it should be. What is wrong with input that is not, graphql-js
 * says best: a caller that gets null asks it.
 */
export function compileVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): VariableReader {
  const readers = new Map<GraphQLInputType, Reader>();
  const plans = (operation.variableDefinitions ?? []).map(
    ({ variable, type: typeNode, defaultValue }): VariablePlan => {
      const type = typeFromAST(schema, typeNode);
      if (!isInputType(type)) throw new TypeError(`$${variable.name.value} has no input type`);
      return {
        name: variable.name.value,
        read: readerOf(type, readers),
        required: isNonNullType(type),
        defaultNode: defaultValue,
        type,
      };
    },
  );
  return (inputs) => {
    const values: Record<string, unknown> = {};
    try {
      for (const { name, read, required, defaultNode, type } of plans) {
        if (Object.hasOwn(inputs, name)) values[name] = read(inputs[name]);
        // Evaluated in each run: a resolver may keep or change what it is given.
        else if (defaultNode) values[name] = valueFromAST(defaultNode, type);
        else if (required) return null;
      }
      return values;
    } catch {
      return null;
    }
  };
}

function readerOf(type: GraphQLInputType, readers: Map<GraphQLInputType, Reader>): Reader {
  const known = readers.get(type);
  if (known) return known;
  // Input types may contain themselves: what is asked for while it is made is found when it runs.
  const made: { read?: Reader } = {};
  readers.set(type, (value) => made.read?.(value));
  made.read = makeReader(type, readers);
  readers.set(type, made.read);
  return made.read;
}

function makeReader(type: GraphQLInputType, readers: Map<GraphQLInputType, Reader>): Reader {
  if (isNonNullType(type)) {
    const read = readerOf(type.ofType, readers);
    return (value) => (value === null || value === undefined ? misfit() : read(value));
  }
  if (isListType(type)) {
    const read = readerOf(type.ofType, readers);
    return (value) => {
      if (value === null || value === undefined) return null;
      return Array.isArray(value) ? value.map(read) : [read(value)];
    };
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => ({
      name: field.name,
      read: readerOf(field.type, readers),
      required: isNonNullType(field.type),
      defaultValue: field.defaultValue,
    }));
    return (value) => {
      if (value === null || value === undefined) return null;
      if (typeof value !== 'object') return misfit();
      const result: Record<string, unknown> = {};
      let found = 0;
      for (const { name, read, required, defaultValue } of fields) {
        const given = (value as Record<string, unknown>)[name];
        if (given !== undefined) {
          result[name] = read(given);
          found += 1;
        } else if (defaultValue !== undefined) result[name] = defaultValue;
        else if (required) misfit();
      }
      // JSON knows no undefined: what was not found under a field's name has a name of its own.
      if (Object.keys(value).length !== found) misfit();
      if (type.isOneOf) {
        const given = Object.values(result);
        if (given.length !== 1 || given[0] === null) misfit();
      }
      return result;
    };
  }
  return (value) => {
    if (value === null || value === undefined) return null;
    const parsed: unknown = type.parseValue(value);
    return parsed === undefined ? misfit() : parsed;
  };
}

const MISFIT = new Error('does not fit');

/** Caught by the reader above all others; made once, since making an error costs more than reading the input. */
function misfit(): never {
  throw MISFIT;
}
