import { createGraphiQLFetcher, isAsyncIterable, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { collectStream, type CollectedStream } from './collect-stream.js';

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

/** What each subscription has shown since the page was opened. GraphiQL stops one when its tab is left. */
const shown = new Map<string, CollectedStream>();

/**
 * Queries and mutations over HTTP, subscriptions over graphql-ws. What the headers editor holds goes along both
 * ways: as HTTP headers, and as the payload of `connection_init`, which knows only lower-case names.
 */
export const fetcher: Fetcher = async (params, options) => {
  const key = JSON.stringify([params.query, params.variables]);
  const before = shown.get(key);
  const answer = await send(goingOn(params, before), {
    ...options,
    headers: lowerCaseNames(options?.headers ?? {}),
  });
  if (!isAsyncIterable(answer)) return answer;
  const collected = collectStream(answer, before, (list) => shown.set(key, list));
  // GraphiQL prints whatever JSON it is given; its types only know the form of single results.
  return collected as unknown as typeof answer;
};

/** The same subscription from the last cursor that was shown, where it asks for none: what happened meanwhile comes too. */
function goingOn(params: FetcherParams, before: CollectedStream | undefined): FetcherParams {
  const variables = (params.variables ?? {}) as { after?: unknown };
  const cursor = /"cursor":"(\d+)"/.exec(JSON.stringify(before?.newestFirst[0] ?? null))?.[1];
  if (variables.after !== null || cursor === undefined) return params;
  return { ...params, variables: { ...variables, after: cursor } };
}

function lowerCaseNames(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
