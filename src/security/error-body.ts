/**
 * The body of a refusal made outside GraphQL execution: GraphQL's own shape on its path and the serving protocols' on
 * theirs, so that their clients can read it, and one plain shape everywhere else.
 */
export function errorBody(url: string, error: { code: string; message: string; requestId: string }): object {
  const { code, message, requestId } = error;
  // Their clients read a string and nothing else; the request's id is in the header of every answer.
  if (isServingProtocolUrl(url)) return { error: message };
  return isGraphqlUrl(url)
    ? { errors: [{ message, extensions: { code, requestId } }] }
    : { error: { code, message, requestId } };
}

function isGraphqlUrl(url: string): boolean {
  return /^\/graphql(?:\/stream)?\/?(?:\?|$)/.test(url);
}

/** Open Inference Protocol v2 and TensorFlow Serving's REST. */
function isServingProtocolUrl(url: string): boolean {
  return /^\/v[12](?:[/?]|$)/.test(url);
}
