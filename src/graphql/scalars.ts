import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  valueFromASTUntyped,
  type GraphQLScalarTypeConfig,
  type ValueNode,
} from 'graphql';
import { formatDuration, parseDuration } from '../platform/text/duration.js';

const passThrough = {
  serialize: (value: unknown) => value,
  parseValue: (value: unknown) => value,
  parseLiteral: (node: ValueNode, variables?: Record<string, unknown> | null) =>
    valueFromASTUntyped(node, variables),
};

export const dateTime = scalar<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new GraphQLError('Expected a Date to be answered as DateTime.');
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

export const bigInt = scalar<bigint, number | string>({
  name: 'BigInt',
  serialize(value) {
    if (typeof value !== 'bigint' && !Number.isInteger(value))
      throw new GraphQLError('Expected a whole number to be answered as BigInt.');
    const whole = value as bigint | number;
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole.toString();
  },
  parseValue: parseWhole,
  parseLiteral: (node) =>
    parseWhole(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

/** In milliseconds inside. */
export const duration = scalar<number, string>({
  name: 'Duration',
  serialize(value) {
    if (typeof value === 'number' && Number.isFinite(value)) return formatDuration(value);
    throw new GraphQLError('Expected milliseconds to be answered as Duration.');
  },
  parseValue: parseLength,
  parseLiteral: (node) => parseLength(node.kind === Kind.STRING ? node.value : undefined),
});

/** Any value, untouched: what it must look like is judged where it is used. */
export const json = scalar({ name: 'JSON', ...passThrough });

/** Untouched too: a tensor is parsed once, into a typed array, where its datatype is known. */
export const tensorData = scalar({ name: 'TensorData', ...passThrough });

function parseInstant(value: unknown): Date {
  const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new GraphQLError(
      `Expected an ISO 8601 time such as 2026-03-01T12:00:00Z, got ${JSON.stringify(value)}.`,
    );
  return date;
}

function parseLength(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : null;
  if (ms === null)
    throw new GraphQLError(
      `Expected an ISO 8601 duration of weeks, days, hours, minutes and seconds such as PT5M, PT1H30M or P1D, got ${JSON.stringify(value)}.`,
    );
  return ms;
}

function parseWhole(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw new GraphQLError(
    `Expected a whole number, or one as a string beyond 2^53, got ${JSON.stringify(value)}.`,
  );
}

/** What a scalar does; what it is, the SDL says. Properties left undefined would replace those of the SDL. */
function scalar<Internal, External>(
  config: GraphQLScalarTypeConfig<Internal, External>,
): GraphQLScalarType<Internal, External> {
  const type = new GraphQLScalarType(config);
  Reflect.deleteProperty(type, 'description');
  Reflect.deleteProperty(type, 'specifiedByURL');
  return type;
}
