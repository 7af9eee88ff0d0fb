import {
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLError,
  isListType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { pageSize } from '../connections.js';

/**
 * Fields an answer may hold at most, by estimate. A hundred models, each with twenty versions with their tags and
 * aliases, is 50,000; executing as many takes about a quarter of a second.
 */
const MAX_COST = 100_000;
/** Tags of a version, inputs of a signature, outputs of a request: lists that are not paged are short. */
const SHORT_LIST = 5;
/** What running a model, or reading one that is published, is worth in fields. */
const MODEL_RUN = 2_000;
const RUNNING: ReadonlySet<string> = new Set([
  'infer',
  'predict',
  'publishVersion',
  'importModel',
  'deployVersion',
]);

/** Fields of a comparison that run both versions, or read their files. */
const COMPARING: ReadonlySet<string> = new Set(['graph', 'latency', 'outputs']);

const estimate: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  if (field.name.startsWith('__')) return 0;
  if (type.name === 'Mutation' && RUNNING.has(field.name)) return MODEL_RUN + childComplexity;
  // Each field that is made from a deployment.
  if (type.name === 'TypedModels' && isList(field.type)) return MODEL_RUN + SHORT_LIST * childComplexity;
  // Every row and file of the model is looked at.
  if (type.name === 'Model' && field.name === 'archive') return MODEL_RUN + childComplexity;
  if (type.name === 'VersionComparison' && COMPARING.has(field.name)) return 2 * MODEL_RUN + childComplexity;
  if (isConnection(field.type)) return 1 + rows(args) * childComplexity;
  if (!isList(field.type)) return 1 + childComplexity;
  // The rows of a connection were counted where its size is known.
  if (field.name === 'edges') return 1 + childComplexity;
  const ids: unknown = args.ids;
  return 1 + (Array.isArray(ids) ? ids.length : SHORT_LIST) * childComplexity;
};

function isConnection(type: GraphQLOutputType): boolean {
  return getNamedType(type).name.endsWith('Connection');
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

function rows(args: Record<string, unknown>): number {
  try {
    return pageSize(args).take;
  } catch {
    // An impossible size is refused when the field runs, at the cost of nothing.
    return 0;
  }
}

/**
 * Refuses an operation whose answer would be too large. Counted after the variables are known: `first: $n` costs what
 * `$n` says.
 *
 * @throws GraphQLError with code QUERY_TOO_COSTLY
 */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): void {
  refuseAbove(costOf(schema, document, operation, variables ?? {}), operation);
}

/** `checkCost` for an operation that is asked for again and again: counted once if no variable changes the sum. */
export function createCostCheck(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => void {
  const fixed = !variablesDecide(schema, document);
  let known: number | null = null;
  return (variables) => {
    const cost = known ?? costOf(schema, document, operation, variables);
    if (fixed) known = cost;
    refuseAbove(cost, operation);
  };
}

/** Whether the cost may depend on variables: in what the estimate looks at, or in whether a field is there at all. */
function variablesDecide(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let decide = false;
  const containsVariable = (node: ArgumentNode): boolean => {
    let found = false;
    visit(node, {
      Variable() {
        found = true;
      },
    });
    return found;
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Argument(node, _key, _parent, _path, ancestors) {
        const owner = ancestors.at(-1);
        const ofDirective = owner && 'kind' in owner && owner.kind === Kind.DIRECTIVE;
        const type = types.getType();
        const sizes = !type || isConnection(type) || (isList(type) && node.name.value === 'ids');
        if ((ofDirective || sizes) && containsVariable(node)) decide = true;
      },
    }),
  );
  return decide;
}

function refuseAbove(cost: number | null, operation: OperationDefinitionNode): void {
  if (cost === null || cost <= MAX_COST) return;
  throw new GraphQLError(
    `Expected an operation that costs at most ${MAX_COST}, got ${Math.ceil(cost)}: about as many fields would be answered. Ask for smaller pages, or for fewer of them at once.`,
    { nodes: operation, extensions: { code: 'QUERY_TOO_COSTLY', http: { status: 400 } } },
  );
}

/** Null when the variables do not fit the operation: the execution itself says so best. */
function costOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number | null {
  try {
    return getComplexity({
      schema,
      query,
      variables,
      estimators: [estimate],
      ...(operation.name && { operationName: operation.name.value }),
    });
  } catch (error) {
    if (getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return null;
    throw new GraphQLError(
      error instanceof Error ? error.message : 'The cost of the operation could not be told.',
      {
        nodes: operation,
        extensions: { code: 'QUERY_TOO_COSTLY', http: { status: 400 } },
      },
    );
  }
}
