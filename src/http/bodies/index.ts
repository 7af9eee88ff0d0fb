export { type Reservation } from './body-memory.js';
export { bodyTooSlow } from './body-watch.js';
export { RequestBodies, requestBodiesOf, shareRequestBodies } from './request-bodies.js';
