export { type BodyMemory, type Reservation } from './bodies/body-memory.js';
export { RequestBodies, requestBodiesOf, shareRequestBodies } from './bodies/request-bodies.js';
export { callerIsGone } from './caller-gone.js';
export { compressAnswers } from './compressed-answers.js';
export { IgnoredUpgrades, asksForWebSocket } from './ignored-upgrades.js';
export { watchUnusedConnections } from './unused-connections.js';
export { varyBy } from './vary.js';
export { WholeBodyMessage, parseWholeBodies } from './whole-body.js';
export { joined, writtenText } from './written-text.js';
