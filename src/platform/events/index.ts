export { EventLog } from './event-log.js';
export type { EventFilter, EventKind, EventRecord, JsonObject, JsonValue, NewEvent } from './event.js';
