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
import { linkedTab } from './linked-tab.js';
import { preparedTabs } from './prepared-tabs.js';
import { OwnScalars } from './scalar-schemas.js';

const container = document.getElementById('graphiql');
if (container === null) throw new Error('The page has no element #graphiql.');

// GraphiQL keeps its tabs in the browser from then on. It fills the first one's query by itself, but not its variables.
const isFirstVisit = localStorage.getItem('graphiql:tabState') === null;
const linked = linkedTab(location.hash);
const tabs = linked === null ? preparedTabs : [linked, ...preparedTabs];
const opened = linked ?? (isFirstVisit ? preparedTabs[0] : undefined);

createRoot(container).render(
  <StrictMode>
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      {...(linked && { initialQuery: linked.query })}
      {...(opened?.variables !== undefined && { initialVariables: opened.variables })}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>Retort</GraphiQL.Logo>
      <OwnScalars />
    </GraphiQL>
  </StrictMode>,
);
