import { Kind, OperationTypeNode, visit, type DocumentNode } from 'graphql';

const NONE: ReadonlySet<string> = new Set();

/**
 * Every name of a field or a type in a document that may lead to what is made from deployments; none where it cannot: all
 * of that lies behind the field `models`.
 */
export function changeableNames(source: string, document: DocumentNode): ReadonlySet<string> {
  if (!source.includes('models')) return NONE;
  const isMutation = document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION,
  );
  if (!isMutation) return NONE;
  const names = new Set<string>();
  visit(document, {
    Field({ name }) {
      names.add(name.value);
    },
    NamedType({ name }) {
      names.add(name.value);
    },
  });
  return names;
}
