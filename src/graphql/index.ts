export type { HttpPaths } from './http/http.js';
export { registerGraphql } from './register-graphql.js';
