// Apollo Client: a query that its cache answers the second time, and a subscription over graphql-ws.
import { ApolloClient, gql, HttpLink, InMemoryCache, split } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [url] = process.argv.slice(2);
let requests = 0;
const http = new HttpLink({ uri: `${url}/graphql`, fetch: (...args) => ((requests += 1), fetch(...args)) });
const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: split(
    ({ query }) => getMainDefinition(query).operation === 'subscription',
    new GraphQLWsLink(socket),
    http,
  ),
});
const query = gql`
  {
    model(name: "esol") {
      id
      name
      versions(first: 1) {
        edges {
          node {
            id
            ref
          }
        }
      }
    }
  }
`;
const { data } = await client.query({ query });
await client.query({ query });
const { data: predicted } = await client.mutate({
  mutation: gql`
    mutation {
      predict(input: { deployment: "esol", instances: ["CCO"] }) {
        predictions {
          value
          unit
        }
      }
    }
  `,
});
const watched = new Promise((resolve, reject) =>
  client
    .subscribe({
      query: gql`
        subscription {
          monitoringEvents(after: "0") {
            kind
          }
        }
      `,
    })
    .subscribe({
      next: ({ data: event }) => resolve(event.monitoringEvents.kind),
      error: reject,
    }),
);
console.log(
  JSON.stringify({
    name: data.model.name,
    requests,
    value: predicted.predict.predictions[0].value,
    seen: typeof (await watched),
  }),
);
process.exit(0);
