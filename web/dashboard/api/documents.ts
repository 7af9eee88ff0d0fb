import type { TypedDocumentNode } from 'urql';

/**
 * A GraphQL document of the page's own, typed by the schema it was checked against when it was built. It is its text:
 * the client parses it when it is first sent.
 */
export type ApiDocument<Data, Variables extends object> = TypedDocumentNode<Data, Variables>;

export function apiDocument<Data, Variables extends object>(text: string): ApiDocument<Data, Variables> {
  return text as unknown as ApiDocument<Data, Variables>;
}

/** A document of whatever it asks for. */
export type AnyApiDocument = ApiDocument<unknown, never>;

/** The text to send, to show or to copy. */
export function textOf(document: AnyApiDocument): string {
  return document as unknown as string;
}
