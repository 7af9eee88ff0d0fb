/**
 * The body of a refusal made outside GraphQL execution: GraphQL's own shape on its path, so that its clients can read
 * it, and one plain shape everywhere else.
 */
export function errorBody(url: string, error: { code: string; message: string; requestId: string }): object {
  const { code, message, requestId } = error;
  return isGraphqlUrl(url)
    ? { errors: [{ message, extensions: { code, requestId } }] }
    : { error: { code, message, requestId } };
}

function isGraphqlUrl(url: string): boolean {
  return /^\/graphql\/?(?:\?|$)/.test(url);
}
