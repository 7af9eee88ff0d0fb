export { answerError } from './error-handlers.js';
export { DASHBOARD_PAGES } from './dashboard-routes.js';
export type { Readiness } from './health-routes.js';
export { registerRest } from './register-rest.js';
