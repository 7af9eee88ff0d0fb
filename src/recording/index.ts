export type { Asked, TellAsked } from './asked.js';
export type { RecordedRequestRecord } from './recorded-request-store.js';
export { RecordedRequests } from './recorded-requests.js';
export { type RequestContent, requestContent, requestText } from './request-content.js';
export { RequestRecorder } from './request-recorder.js';
