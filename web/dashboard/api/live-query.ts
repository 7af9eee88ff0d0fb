import { useEffect, useEffectEvent } from 'react';
import { useQuery, type AnyVariables, type CombinedError } from 'urql';
import { reconnections } from './connection.js';
import type { ApiDocument } from './documents.js';

export interface LiveQuery<Data> {
  /** The last answer; stays while a newer one is under way, and when that fails. */
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  /** Nothing to show yet. */
  readonly isLoading: boolean;
  /** Asks the server again. What it answered so far stays until then. */
  readonly refresh: () => void;
}

/** A query that is asked again when a lost connection is back: what it had answered is from before. */
export function useLiveQuery<Data, Variables extends AnyVariables & object>(
  document: ApiDocument<Data, Variables>,
  variables: Variables,
  { pause = false }: { readonly pause?: boolean } = {},
): LiveQuery<Data> {
  const [{ data, error, fetching }, execute] = useQuery<Data, Variables>({
    query: document,
    variables,
    pause,
  });
  const refresh = () => {
    if (!pause) execute({ requestPolicy: 'network-only' });
  };
  const refreshNow = useEffectEvent(refresh);
  useEffect(() => reconnections.subscribe(() => refreshNow()), []);
  return { data, error, isLoading: fetching && data === undefined, refresh };
}
