import {
  cacheExchange,
  Client,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
  type CombinedError,
} from 'urql';
import type { Client as SocketClient } from 'graphql-ws/client';
import { graphqlAddress } from './address.js';
import { askForKey, authorization, MARK } from './session.js';

/** The client of all queries and mutations (HTTP) and subscriptions (the page's socket). */
export function createApiClient(socket: SocketClient): Client {
  return new Client({
    url: graphqlAddress.href,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({ headers: { ...MARK, ...authorization() } }),
    exchanges: [
      cacheExchange,
      mapExchange({
        onError(error) {
          if (keyIsNeeded(error)) askForKey();
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables ?? null },
              {
                next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors }) }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

function keyIsNeeded(error: CombinedError): boolean {
  const response = error.response as Response | undefined;
  return (
    response?.status === 401 ||
    error.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED')
  );
}
