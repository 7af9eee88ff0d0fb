import { GraphQLEnumType } from 'graphql';
import { distinctNames } from './graphql-names.js';

/** More are text: an enum of thousands helps nobody who writes a program. */
const MOST_VALUES = 200;
/** What GraphQL reads as something else. */
const RESERVED = ['true', 'false', 'null'];

export function fitsEnum(values: readonly string[] | undefined): values is readonly string[] {
  return values !== undefined && values.length > 0 && values.length <= MOST_VALUES;
}

/** The values under names that GraphQL can write; resolvers see the values as the pipeline has them. */
export function enumOf(name: string, values: readonly string[], description: string): GraphQLEnumType {
  const distinct = [...new Set(values)];
  const names = distinctNames(distinct, RESERVED);
  return new GraphQLEnumType({
    name,
    description,
    values: Object.fromEntries(
      distinct.map((value, index) => [names[index] ?? value, { value, description: `“${value}”.` }]),
    ),
  });
}
