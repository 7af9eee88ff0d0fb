export { answerError } from './error-handlers.js';
export type { Readiness } from './health-routes.js';
export { registerRest, type RestOptions } from './register-rest.js';
