export { answerError } from './error-handlers.js';
export type { Readiness } from './health-routes.js';
export { registerRest } from './register-rest.js';
