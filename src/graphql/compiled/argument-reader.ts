import {
  getArgumentValues,
  Kind,
  valueFromAST,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql';

type Values = Record<string, unknown>;

/** The arguments of a field in one run. Throws the GraphQLError that graphql-js throws. */
export type ArgumentReader = (variables: Readonly<Values>) => Values;

interface Part {
  readonly name: string;
  /** The variable whose value is the argument; null for a value that stands in the document. */
  readonly variable: string | null;
  readonly value: unknown;
}

/**
 * Reads arguments that are whole variables or plain constants without looking at the document again. All others are
 * left to graphql-js, in each run anew: a resolver may keep or change the objects it is given.
 */
export function compileArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): ArgumentReader {
  const byDefinition: ArgumentReader = (variables) => getArgumentValues(definition, node, variables);
  const given = new Map((node.arguments ?? []).map((argument) => [argument.name.value, argument.value]));
  const parts: Part[] = [];
  for (const argument of definition.args) {
    const value = given.get(argument.name);
    if (value?.kind === Kind.VARIABLE) {
      parts.push({ name: argument.name, variable: value.name.value, value: undefined });
      continue;
    }
    const constant = constantOf(argument, value);
    if (constant === undefined) {
      if (value || argument.defaultValue !== undefined) return byDefinition;
      continue;
    }
    parts.push({ name: argument.name, variable: null, value: constant });
  }
  return (variables) => {
    const values: Values = {};
    for (const { name, variable, value } of parts) {
      if (variable === null) {
        values[name] = value;
        continue;
      }
      const found = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
      // Missing or null: whether that is a default, a null or a mistake is for graphql-js to say.
      if (found === undefined || found === null) return byDefinition(variables);
      values[name] = found;
    }
    return values;
  };
}

/** A constant that cannot be changed; undefined for any other, and when the argument is neither given nor has one. */
function constantOf(
  argument: GraphQLArgument,
  value: Parameters<typeof valueFromAST>[0],
): string | number | boolean | undefined {
  const constant: unknown = value ? valueFromAST(value, argument.type) : argument.defaultValue;
  return typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean'
    ? constant
    : undefined;
}
