import type { DatabaseHandle } from './platform/database/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Reload } from './reload.js';
import type { Readiness } from './rest/index.js';

export type Phase = 'starting' | 'ready' | 'stopping';

/** Whether the server can do its work now, and how each part is. */
export function readinessOf(parts: {
  readonly state: { readonly phase: Phase };
  readonly reload: Reload;
  readonly events: EventLog;
  readonly database: DatabaseHandle;
}): () => Promise<Readiness> {
  const { state, reload, events, database } = parts;
  return async () => {
    const reached = await events.latest().then(
      () => 'ok',
      () => 'unreachable',
    );
    const { writer } = database;
    return {
      ready:
        state.phase === 'ready' && reload.isDone && reached === 'ok' && (writer?.problem ?? null) === null,
      checks: {
        service: reload.isDone ? state.phase : 'reloading',
        database: reached,
        ...(writer && { writer: writer.problem ?? 'ok' }),
      },
    };
  };
}
