import {
  defaultFieldResolver,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { compileArguments, type ArgumentReader } from './argument-reader.js';

/** What is the same for every run of an operation whose @skip and @include have the same values. */
export interface PlanScope {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Values of the variables that @skip and @include look at. */
  readonly conditions: Readonly<Record<string, boolean>>;
}

/** The fields that a selection asks of one object type, collected and looked up once. */
export interface SelectionPlan {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  /** `__proto__` is a legal name of an answer's field, but not of a plain object's. */
  readonly hasProto: boolean;
}

export interface FieldPlan {
  /** Its name in the answer: the alias, if it has one. */
  readonly key: string;
  readonly fieldName: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly returnType: GraphQLOutputType;
  readonly type: TypePlan;
  /** Null for a field that is read from its object. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  readonly readArguments: ArgumentReader;
  /** The answer of `__typename`, which no run changes. */
  readonly constant: string | undefined;
  /** What is asked of an object that this field answers; made when its type is first met. */
  readonly selectionOf: (type: GraphQLObjectType) => SelectionPlan;
}

export type TypePlan = { readonly nonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'list'; readonly item: TypePlan; readonly itemType: GraphQLOutputType }
  | { readonly kind: 'object'; readonly type: GraphQLObjectType }
  | { readonly kind: 'abstract'; readonly type: GraphQLAbstractType }
);

export function planSelection(
  scope: PlanScope,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): SelectionPlan {
  const groups = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const { selections } of selectionSets) collect(scope, type, selections, groups, visited);
  const fields = [...groups].flatMap(([key, nodes]) => planField(scope, type, key, nodes) ?? []);
  return { type, fields, hasProto: groups.has('__proto__') };
}

/** CollectFields of the GraphQL specification. */
function collect(
  scope: PlanScope,
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  groups: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of selections) {
    if (!isIncluded(scope, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const group = groups.get(key);
      if (group) group.push(selection);
      else groups.set(key, [selection]);
      continue;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (appliesTo(scope, selection, type))
        collect(scope, type, selection.selectionSet.selections, groups, visited);
      continue;
    }
    const name = selection.name.value;
    if (visited.has(name)) continue;
    visited.add(name);
    const fragment = scope.fragments[name];
    if (fragment && appliesTo(scope, fragment, type))
      collect(scope, type, fragment.selectionSet.selections, groups, visited);
  }
}

function isIncluded({ conditions }: PlanScope, selection: SelectionNode): boolean {
  if (!selection.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, conditions)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, conditions)?.if !== false;
}

function appliesTo(
  { schema }: PlanScope,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  type: GraphQLObjectType,
): boolean {
  if (!typeCondition) return true;
  const wanted = typeFromAST(schema, typeCondition);
  return wanted === type || (isAbstractType(wanted) && schema.isSubType(wanted, type));
}

function planField(
  scope: PlanScope,
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
): FieldPlan | null {
  const [node] = nodes;
  const definition = node && definitionOf(scope.schema, parentType, node.name.value);
  if (!node || !definition) return null;
  const plans = new Map<GraphQLObjectType, SelectionPlan>();
  return {
    key,
    fieldName: definition.name,
    nodes,
    parentType,
    returnType: definition.type,
    type: planType(definition.type),
    resolve: definition.resolve && definition.resolve !== defaultFieldResolver ? definition.resolve : null,
    readArguments: compileArguments(definition, node),
    constant: definition === TypeNameMetaFieldDef ? parentType.name : undefined,
    selectionOf(type) {
      let plan = plans.get(type);
      if (!plan) {
        plan = planSelection(
          scope,
          type,
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
        );
        plans.set(type, plan);
      }
      return plan;
    },
  };
}

function definitionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parentType.getFields()[name];
}

function planType(type: GraphQLOutputType, nonNull = false): TypePlan {
  if (isNonNullType(type)) return planType(type.ofType, true);
  if (isListType(type)) return { nonNull, kind: 'list', item: planType(type.ofType), itemType: type.ofType };
  if (isLeafType(type)) return { nonNull, kind: 'leaf', type };
  if (isAbstractType(type)) return { nonNull, kind: 'abstract', type };
  return { nonNull, kind: 'object', type };
}
