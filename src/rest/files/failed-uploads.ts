import type { FastifyInstance } from 'fastify';
import type { EventLog } from '../../platform/events/index.js';
import { refusalFor } from '../error-mapping.js';
import { requestFieldsOf } from '../request-log.js';

/** The caller is gone, so the answer has no reader; the event says what happened all the same. */
const BROKEN_OFF = {
  code: 'INVALID_ARGUMENT',
  message: 'The client left before the upload was whole; nothing was stored. Send it again.',
} as const;

/** An upload that was refused or broke off is an event like any other failed request. */
export function recordFailedUploads(app: FastifyInstance, events: Pick<EventLog, 'recordFailure'>): void {
  app.addHook('onError', async (request, _reply, error) => {
    if (request.method !== 'POST') return;
    const { code, message } = request.raw.destroyed && !request.raw.complete ? BROKEN_OFF : refusalFor(error);
    events.recordFailure(
      error,
      {
        kind: 'REQUEST_FAILED',
        message: `upload failed: ${message}`,
        actor: request.caller.actor,
        requestId: request.id,
        data: { operation: 'upload', code },
      },
      requestFieldsOf(request),
    );
  });
}
