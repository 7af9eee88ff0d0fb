import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import './workers.js';
// Imported here as well as on demand by GraphiQL, so that the editor's style sheet becomes part of the page's.
import 'monaco-graphql/esm/monaco-editor.js';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import { fetcher } from './fetcher.js';
import { preparedTabs } from './prepared-tabs.js';

const container = document.getElementById('graphiql');
if (container === null) throw new Error('The page has no element #graphiql.');

createRoot(container).render(
  <StrictMode>
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={preparedTabs}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>Retort</GraphiQL.Logo>
    </GraphiQL>
  </StrictMode>,
);
