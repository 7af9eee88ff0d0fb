import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInputObjectType,
  GraphQLNonNull,
  GraphQLString,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLNullableType,
} from 'graphql';
import type { FieldDescription, InstanceDescription } from '../../pipelines/index.js';
import { listOf, type BaseTypes } from './base-types.js';
import { enumOf, fitsEnum } from './categories.js';
import { sentences, unitAndRange } from './descriptions.js';
import { distinctNames } from './graphql-names.js';

type NullableInput = GraphQLInputType & GraphQLNullableType;

/** How a field takes its instances. */
export interface InstanceInput {
  readonly argument: string;
  readonly type: GraphQLInputType;
  readonly description: string;
  /** Types that exist for this alone. */
  readonly types: readonly GraphQLNamedType[];
  /** The instances as the pipeline reads them. */
  readonly read: (given: readonly unknown[]) => unknown[];
}

/** A list of values where an instance has one field, else of objects. */
export function instanceInput(
  { fields, bare }: InstanceDescription,
  prefix: string,
  base: BaseTypes,
): InstanceInput {
  const types: GraphQLNamedType[] = [];
  const [only, ...others] = fields;
  if (only && others.length === 0) {
    const [argument = only.name] = distinctNames([only.name], Object.keys(base.options));
    const type = typeOf(only, `${prefix}Instance_${argument}`, base, types);
    const wrap = bare === only.name ? plain : (value: unknown) => ({ [only.name]: plain(value) });
    return {
      argument,
      type: new GraphQLNonNull(listOf(type)),
      description: sentences(only.description, unitAndRange(only), 'At most 10,000.'),
      types,
      read: (given) => given.map(wrap),
    };
  }
  const names = distinctNames(fields.map(({ name }) => name));
  const instance = new GraphQLInputObjectType({
    name: `${prefix}Instance`,
    description: 'What a prediction is made for.',
    fields: Object.fromEntries(
      fields.map((field, index) => {
        const name = names[index] ?? field.name;
        const type = typeOf(field, `${prefix}Instance_${name}`, base, types);
        const description =
          sentences(field.description, unitAndRange(field), field.optional && 'May be left out.') ||
          `The ${field.kind} \`${field.name}\`.`;
        return [name, { type: field.optional ? type : new GraphQLNonNull(type), description }];
      }),
    ),
  });
  const ownNames = new Map(names.map((name, index) => [name, fields[index]?.name ?? name]));
  return {
    argument: 'instances',
    type: new GraphQLNonNull(listOf(instance)),
    description: 'What to predict for. At most 10,000.',
    types: [instance, ...types],
    read: (given) => given.map((one) => record(one as object, ownNames)),
  };
}

/** What is null was left out: that a field has no value is said in no other way. */
function record(given: object, ownNames: ReadonlyMap<string, string>): Record<string, unknown> {
  const instance: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given))
    if (value !== null) instance[ownNames.get(name) ?? name] = plain(value);
  return instance;
}

/** As JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function typeOf(
  field: FieldDescription,
  enumName: string,
  base: BaseTypes,
  types: GraphQLNamedType[],
): NullableInput {
  let type: NullableInput = elementOf(field, base);
  if (field.kind === 'category' && fitsEnum(field.values)) {
    type = enumOf(enumName, field.values, `What \`${field.name}\` may be.`);
    types.push(type);
  }
  if (type === base.json) return type;
  return field.shape.reduce<NullableInput>((inner) => listOf(inner), type);
}

function elementOf({ kind, minimum, maximum, datatype }: FieldDescription, base: BaseTypes): NullableInput {
  switch (kind) {
    case 'number':
      return GraphQLFloat;
    case 'integer':
      return base.whole(minimum, maximum);
    case 'boolean':
      return GraphQLBoolean;
    case 'text':
    case 'category':
    case 'date':
    case 'molecule':
    case 'nuclide':
    case 'element':
    case 'composition':
    case 'image':
      return GraphQLString;
    // Texts in several formats as well as objects.
    case 'particles':
    case 'structure':
    case 'spectrum':
    case 'series':
      return base.json;
    case 'tensor':
      return datatype === undefined ? base.json : base.holding(datatype);
  }
}
