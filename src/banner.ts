import type { App } from './app.js';
import type { Config } from './platform/config.js';

/** What a person needs after starting: where everything is, and one line that works when pasted. */
export function banner(app: App, config: Config): string {
  const authorization = config.apiKey === undefined ? '' : ` -H "authorization: Bearer $RETORT_API_KEY"`;
  const query = String.raw`{"query":"mutation { predict(input: {version: \"esol@production\", instances: [\"CC(=O)Oc1ccccc1C(=O)O\"]}) { predictions { value unit } } }"}`;
  const lines = [
    '',
    'Retort is ready.',
    '',
    ...(config.dashboard ? [`  Dashboard  ${app.url}/`] : []),
    ...(config.graphiql
      ? [`  GraphiQL   ${app.url}/graphiql   (ready-made tabs: discover, predict, register, watch)`]
      : []),
    `  GraphQL    ${app.url}/graphql`,
    `  Events     ${app.url.replace(/^http/, 'ws')}/graphql   (graphql-ws, subscription monitoringEvents)`,
    `  Database   ${app.database === 'embedded' ? `embedded, in ${config.dataDirectory}` : 'PostgreSQL'}`,
    '',
    'The solubility of aspirin:',
    '',
    `  curl -s ${app.url}/graphql -H 'content-type: application/json'${authorization} -d '${query}'`,
    '',
    'Stop with Ctrl-C.',
    '',
    '',
  ];
  return lines.join('\n');
}
