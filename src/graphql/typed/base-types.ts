import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  isInputObjectType,
  isObjectType,
  isScalarType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  type GraphQLInputObjectType,
  type GraphQLNullableType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import type { DataType } from '../../tensors/index.js';

/** Whole numbers of which every one is an `Int`. */
const SMALL: ReadonlySet<DataType> = new Set<DataType>(['INT8', 'INT16', 'INT32', 'UINT8', 'UINT16']);

export type Fields = GraphQLFieldConfigMap<unknown, unknown>;

/** Where a request names what it asks, which a field of its own knows. */
const ASKED = ['deployment', 'version', 'instances'];
/** What a prediction answers of all its results, where each has a field of its own. */
const OF_ALL_RESULTS = ['value', 'unit', 'results', 'interval'];

/** What fields that are made from deployments take from the schema they are added to. */
export class BaseTypes {
  readonly bigInt: GraphQLScalarType;
  readonly json: GraphQLScalarType;
  /** Arguments beside the instances, as `predict` has them. */
  readonly options: GraphQLFieldConfigArgumentMap;
  /** What a prediction answers beside its results. */
  readonly prediction: Fields;
  /** Names that no result can have beside them. */
  readonly predictionNames: readonly string[];
  /** What a result answers beside its value. */
  readonly result: Fields;

  constructor(readonly schema: GraphQLSchema) {
    this.bigInt = scalar(schema, 'BigInt');
    this.json = scalar(schema, 'JSON');
    this.options = Object.fromEntries(
      Object.entries(inputType(schema, 'PredictInput').toConfig().fields).filter(
        ([name]) => !ASKED.includes(name),
      ),
    );
    this.prediction = {
      ...without(objectType(schema, 'Prediction').toConfig().fields, OF_ALL_RESULTS),
      ...payloadField(schema, 'version'),
      ...payloadField(schema, 'timing'),
    };
    this.predictionNames = ['interval', 'domain', ...Object.keys(this.prediction)];
    this.result = without(objectType(schema, 'PredictedValue').toConfig().fields, ['name', 'value']);
  }

  /** A whole number: a scalar that holds every one there may be. */
  whole(minimum = -Infinity, maximum = Infinity): GraphQLScalarType {
    return minimum >= -(2 ** 31) && maximum < 2 ** 31 ? GraphQLInt : this.bigInt;
  }

  /** One element of a tensor. */
  holding(datatype: DataType): GraphQLScalarType {
    if (datatype.startsWith('FP')) return GraphQLFloat;
    if (datatype === 'BOOL') return GraphQLBoolean;
    if (datatype === 'BYTES') return GraphQLString;
    return SMALL.has(datatype) ? GraphQLInt : this.bigInt;
  }

  element(kind: 'number' | 'integer' | 'boolean' | 'text' | 'json'): GraphQLScalarType {
    switch (kind) {
      case 'number':
        return GraphQLFloat;
      case 'integer':
        return this.bigInt;
      case 'boolean':
        return GraphQLBoolean;
      case 'text':
        return GraphQLString;
      case 'json':
        return this.json;
    }
  }
}

/** Lists within lists, none of which has holes. */
export function listed(type: GraphQLNullableType & GraphQLOutputType, depth: number): typeof type {
  return depth === 0 ? type : listOf(listed(type, depth - 1));
}

/** A list without holes. */
export function listOf<Element extends GraphQLNullableType>(
  element: Element,
): GraphQLList<GraphQLNonNull<Element>> {
  return new GraphQLList(new GraphQLNonNull(element));
}

/** Of the payload of `predict`, where it may be missing; a prediction has it always. */
function payloadField(schema: GraphQLSchema, name: string): Fields {
  const field = objectType(schema, 'PredictPayload').toConfig().fields[name];
  if (!field) throw new Error(`Expected PredictPayload to have ${name}`);
  return { [name]: { ...field, type: new GraphQLNonNull(field.type) } };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function objectType(schema: GraphQLSchema, name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (isObjectType(type)) return type;
  throw new Error(`Expected the schema to have an object type ${name}`);
}

function inputType(schema: GraphQLSchema, name: string): GraphQLInputObjectType {
  const type = schema.getType(name);
  if (isInputObjectType(type)) return type;
  throw new Error(`Expected the schema to have an input type ${name}`);
}

function scalar(schema: GraphQLSchema, name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (isScalarType(type)) return type;
  throw new Error(`Expected the schema to have a scalar ${name}`);
}
