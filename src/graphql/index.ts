export { registerGraphql } from './register-graphql.js';
export type { GraphqlServices } from './context.js';
export type { HttpPaths } from './http.js';
