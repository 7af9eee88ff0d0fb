export { BodyMemory, type Reservation } from './body-memory.js';
export { BODY_PACE, bodyTooSlow, type BodyPace } from './body-watch.js';
export { RequestBodies, requestBodiesOf, shareRequestBodies } from './request-bodies.js';
