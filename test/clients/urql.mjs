// urql: a query, a mutation, and a subscription over graphql-ws.
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [url] = process.argv.slice(2);
const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
const client = new Client({
  url: `${url}/graphql`,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink) }),
      }),
    }),
  ],
});
const { data } = await client.query('{ model(name: "esol") { id name } }', {}).toPromise();
const predicted = await client
  .mutation(
    'mutation { predict(input: { deployment: "esol", instances: ["CCO"] }) { predictions { value } } }',
    {},
  )
  .toPromise();
const seen = await new Promise((resolve) =>
  client
    .subscription('subscription { monitoringEvents(after: "0") { kind } }', {})
    .subscribe((result) => resolve(result.data?.monitoringEvents.kind)),
);
console.log(
  JSON.stringify({
    name: data.model.name,
    value: predicted.data.predict.predictions[0].value,
    seen: typeof seen,
  }),
);
process.exit(0);
