import {
  Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { runOperation } from './run-operation.js';
import { planSelection, type PlanScope, type SelectionPlan } from './selection-plan.js';
import { compileVariables, type VariableReader } from './variable-reader.js';

/** Combinations of @skip and @include kept for one operation; an operation with more begins anew. */
const MAX_PLANS = 16;

interface Plan {
  readonly scope: PlanScope;
  readonly selection: SelectionPlan;
}

/** An operation of a document that has been validated, ready to run as often as it is asked for. */
export class CompiledOperation {
  private readonly readVariables: VariableReader;
  private readonly fragments: Record<string, FragmentDefinitionNode>;
  private readonly conditionNames: readonly string[];
  private readonly plans = new Map<string, Plan>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    readonly operation: OperationDefinitionNode,
  ) {
    this.readVariables = compileVariables(schema, operation);
    this.fragments = fragmentsOf(document);
    this.conditionNames = conditionVariables(document);
  }

  /**
   * Null, and nothing has run, when the variables do not fit the operation: what is wrong with them is for graphql-js
   * to say.
   */
  run(
    inputs: Readonly<Record<string, unknown>>,
    context: unknown,
  ): ExecutionResult | Promise<ExecutionResult> | null {
    const variables = this.readVariables(inputs);
    const plan = variables && this.planFor(variables);
    if (!plan) return null;
    return runOperation(plan.selection, { scope: plan.scope, operation: this.operation, context, variables });
  }

  /** Null when a condition is null, which is a mistake of the request. */
  private planFor(variables: Readonly<Record<string, unknown>>): Plan | null {
    const conditions: Record<string, boolean> = {};
    let key = '';
    for (const name of this.conditionNames) {
      const value = variables[name];
      // Another operation of the document may look at variables that this one does not have.
      if (value === undefined) continue;
      if (typeof value !== 'boolean') return null;
      conditions[name] = value;
      key += value ? `+${name}` : `-${name}`;
    }
    let plan = this.plans.get(key);
    if (!plan) {
      plan = this.makePlan(conditions);
      if (this.plans.size >= MAX_PLANS) this.plans.clear();
      this.plans.set(key, plan);
    }
    return plan;
  }

  private makePlan(conditions: Readonly<Record<string, boolean>>): Plan {
    const { schema, operation } = this;
    const type = schema.getRootType(operation.operation);
    if (!type) throw new TypeError(`the schema has no ${operation.operation}`);
    const scope = { schema, fragments: this.fragments, conditions };
    return { scope, selection: planSelection(scope, type, [operation.selectionSet]) };
  }
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}

/** The variables that decide which fields an answer has. */
function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      return false;
    },
  });
  return [...names];
}
