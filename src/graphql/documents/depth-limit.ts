import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** A two-level Relay query has depth 7, a three-level one 10; this leaves room for one level more. */
const MAX_DEPTH = 15;

/**
 * Refuses operations nested more deeply than any honest question, before anything is run. Introspection is left to
 * graphql-js, which has a rule of its own.
 */
export function depthLimit(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, number>();

  const depthOf = (selectionSet: SelectionSetNode | undefined, path: ReadonlySet<string>): number => {
    let deepest = 0;
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '__schema' || selection.name.value === '__type') continue;
        deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet, path));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, depthOf(selection.selectionSet, path));
      } else {
        deepest = Math.max(deepest, depthOfFragment(selection.name.value, path));
      }
    }
    return deepest;
  };

  const depthOfFragment = (name: string, path: ReadonlySet<string>): number => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(name);
    // A cycle has no depth; another rule refuses it.
    if (!fragment || path.has(name)) return 0;
    const depth = depthOf(fragment.selectionSet, new Set(path).add(name));
    fragments.set(name, depth);
    return depth;
  };

  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, new Set());
      if (depth <= MAX_DEPTH) return;
      context.reportError(
        new GraphQLError(
          `Expected an operation at most ${MAX_DEPTH} levels deep, got ${depth}. Ask for the inner parts in a request of their own.`,
          { nodes: operation },
        ),
      );
    },
  };
}
