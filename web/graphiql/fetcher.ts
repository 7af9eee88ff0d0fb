import { createGraphiQLFetcher, isAsyncIterable, type Fetcher } from '@graphiql/toolkit';
import { collectStream } from './collect-stream.js';

// The page lies at /graphiql, possibly below a prefix that a proxy adds; the API is its neighbour.
const url = new URL('graphql', document.baseURI);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const send = createGraphiQLFetcher({
  url: url.href,
  subscriptionUrl: subscriptionUrl.href,
  // Answers come whole: no @defer or @stream, so no multipart.
  enableIncrementalDelivery: false,
});

/**
 * Queries and mutations over HTTP, subscriptions over graphql-ws. What the headers editor holds goes along both
 * ways: as HTTP headers, and as the payload of `connection_init`, which knows only lower-case names.
 */
export const fetcher: Fetcher = async (params, options) => {
  const answer = await send(params, { ...options, headers: lowerCaseNames(options?.headers ?? {}) });
  // GraphiQL prints whatever JSON it is given; its types only know the form of single results.
  return isAsyncIterable(answer) ? (collectStream(answer) as unknown as typeof answer) : answer;
};

function lowerCaseNames(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
