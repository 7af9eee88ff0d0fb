const thisScript = import.meta.url;

/** The server, which lies two folders above this script: also behind a proxy that adds a prefix to every path. */
export const serverAddress = new URL('../../', thisScript);

/** What a proxy puts before every path, without a slash at its end; usually nothing. */
export const pathPrefix = serverAddress.pathname.replace(/\/$/, '');

export const graphqlAddress = new URL('graphql', serverAddress);

export const socketAddress = new URL(graphqlAddress);
socketAddress.protocol = graphqlAddress.protocol === 'https:' ? 'wss:' : 'ws:';

/** GraphiQL with a query ready to run. It travels behind `#`, which browsers keep to themselves. */
export function graphiqlAddress(query: string, variables: object = {}): string {
  const address = new URL('graphiql', serverAddress);
  address.hash = new URLSearchParams({
    query,
    variables: JSON.stringify(variables, null, 2),
  }).toString();
  return address.href;
}
