import { useEffect, useEffectEvent } from 'react';
import type { ApiDocument } from './documents.js';
import { textOf } from './documents.js';
import { useSocket } from './socket-context.js';

export interface EventStreamOptions<Data, Variables extends object> {
  /** A subscription with the variable `after`. */
  readonly document: ApiDocument<Data, Variables>;
  readonly variables: Omit<Variables, 'after'>;
  readonly cursorOf: (data: Data) => string;
  readonly onEvent: (data: Data) => void;
  /** The stream has ended by what the server said, such as CURSOR_EXPIRED. */
  readonly onEnd?: (message: string) => void;
  /** The last event that is known already; without it only what happens from now on comes. */
  readonly after?: string | null;
  /** Does not listen for now. */
  readonly pause?: boolean;
}

/**
 * Events as they happen, each once. When the connection was lost, the stream goes on behind the last event that came:
 * the socket subscribes again, and reads `after` at that moment.
 */
export function useEventStream<Data, Variables extends object>(
  options: EventStreamOptions<Data, Variables>,
): void {
  const { document, variables, after = null, pause = false } = options;
  const socket = useSocket();
  const receive = useEffectEvent((data: Data) => options.onEvent(data));
  const cursorOf = useEffectEvent((data: Data) => options.cursorOf(data));
  const end = useEffectEvent((message: string) => options.onEnd?.(message));
  const asked = JSON.stringify(variables);
  useEffect(() => {
    if (pause) return undefined;
    let last = after;
    return socket.subscribe<Data>(
      {
        query: textOf(document),
        variables: {
          ...(JSON.parse(asked) as object),
          get after() {
            return last;
          },
        },
      },
      {
        next: ({ data, errors }) => {
          if (errors !== undefined && errors.length > 0) end(errors.map(({ message }) => message).join(' '));
          if (data === null || data === undefined) return;
          last = cursorOf(data);
          receive(data);
        },
        error: (error) => end(messageOf(error)),
        complete: () => undefined,
      },
    );
  }, [socket, document, asked, after, pause]);
}

function messageOf(error: unknown): string {
  if (Array.isArray(error)) return error.map((one: { message?: string }) => one.message ?? '').join(' ');
  return error instanceof Error ? error.message : 'The stream ended.';
}
