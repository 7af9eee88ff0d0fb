import type { PreparedTab } from './tabs/tab.js';

/**
 * The query that a link brings along behind `#`, such as one of the dashboard's: `#query=…&variables=…`, encoded as a form
 * is. What is behind `#` never reaches a server.
 */
export function linkedTab(hash: string): PreparedTab | null {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const query = parameters.get('query');
  const variables = parameters.get('variables');
  if (query === null) return null;
  return { query, ...(variables !== null && { variables }) };
}
