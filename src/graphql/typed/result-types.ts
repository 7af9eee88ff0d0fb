import {
  GraphQLObjectType,
  type GraphQLEnumType,
  type GraphQLNamedType,
  type GraphQLOutputType,
} from 'graphql';
import type { ResultDescription } from '../../pipelines/index.js';
import { listed, listOf, type BaseTypes, type Fields } from './base-types.js';
import { enumOf, fitsEnum } from './categories.js';
import { distinctNames } from './graphql-names.js';

/** More are an object without a type of its own. */
const MOST_COLUMNS = 200;
const ELEMENT_NAMES = {
  number: 'Number',
  integer: 'Integer',
  boolean: 'Boolean',
  text: 'Text',
  json: 'Json',
} as const;

/** The types of single results. Those without names of their own are the same for all models. */
export class ResultTypes {
  private readonly common = new Map<string, GraphQLObjectType>();

  constructor(private readonly base: BaseTypes) {}

  /**
   * @param name of a type that exists for this result alone, if there has to be one
   * @param types gets those that are made
   */
  typeOf(result: ResultDescription, name: string, types: GraphQLNamedType[]): GraphQLObjectType {
    const { kind, shape, columns, classes } = result;
    // The last dimension is that of the columns.
    const depth = columns ? Math.max(0, shape.length - 1) : shape.length;
    if (!columns && fitsEnum(classes)) {
      const label = enumOf(`${name}_label`, classes, `What \`${result.name}\` may be.`);
      const type = this.made(name, listed(label, depth), label);
      types.push(label, type);
      return type;
    }
    if (columns && columns.length <= MOST_COLUMNS) {
      const row = this.row(`${name}_columns`, result, columns);
      const type = this.made(name, listed(row, depth));
      types.push(row, type);
      return type;
    }
    const element = columns ? 'json' : kind;
    const commonName = `Predicted${ELEMENT_NAMES[element]}${listSuffix(depth)}`;
    const known = this.common.get(commonName);
    if (known) return known;
    const type = this.made(commonName, listed(this.base.element(element), depth));
    this.common.set(commonName, type);
    return type;
  }

  private made(name: string, value: GraphQLOutputType, label?: GraphQLEnumType): GraphQLObjectType {
    const { set, ...others } = this.base.result;
    const labels = label && set && listOf(label);
    return new GraphQLObjectType({
      name,
      description: 'A result of a model for one instance.',
      fields: {
        value: { type: value, description: 'The predicted value.' },
        ...others,
        // Sets of labels; of anything else there are none.
        ...(set && labels && { set: { ...set, type: labels } }),
      },
    });
  }

  private row(name: string, { kind }: ResultDescription, columns: readonly string[]): GraphQLObjectType {
    const names = distinctNames(columns);
    const type = this.base.element(kind);
    const fields: Fields = Object.fromEntries(
      columns.map((column, index) => [
        names[index] ?? column,
        {
          type,
          description: `“${column}”.`,
          resolve: (row: unknown) => elementOf((row as Readonly<Record<string, unknown>>)[column], kind),
        },
      ]),
    );
    return new GraphQLObjectType({ name, description: 'The columns of a result.', fields });
  }
}

/** Whole numbers beyond 2^53 travel as decimal strings. */
export function elementOf(value: unknown, kind: ResultDescription['kind']): unknown {
  if (kind !== 'integer') return value;
  if (Array.isArray(value)) return value.map((one) => elementOf(one, kind));
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value;
}

function listSuffix(depth: number): string {
  if (depth === 0) return '';
  if (depth === 1) return 'List';
  return depth === 2 ? 'Matrix' : `Array${depth}`;
}
