import { useEffect, useState } from 'react';
import { useClient, type CombinedError } from 'urql';
import { Events, EventStream } from '../__generated__/events.js';
import type { EventFilter, EventRowFragment } from '../__generated__/operations.js';
import { useEventStream } from '../api/event-stream.js';
import { unknownNames } from './unknown-names.js';

const PAGE = 50;
/** As many rows as a page bears; older ones are loaded again when they are scrolled to. */
const KEPT = 2_000;

export interface EventList {
  /** Newest first. */
  readonly events: readonly EventRowFragment[];
  readonly isLoading: boolean;
  /** What the filter names and there never was, such as `model “solubilty”`. */
  readonly unknown: readonly string[];
  readonly hasOlder: boolean;
  readonly loadOlder: () => void;
  readonly error: CombinedError | undefined;
  /** Why the stream ended; null while it goes on. */
  readonly ended: string | null;
  readonly restart: () => void;
}

interface Loaded {
  readonly events: readonly EventRowFragment[];
  readonly hasOlder: boolean;
  readonly unknown: readonly string[];
  /** Where the live stream goes on. */
  readonly after: string | null;
}

/** What happened that meets a filter, and what happens. While paused nothing is added; then everything since. */
export function useEvents(filter: EventFilter, isPaused: boolean): EventList {
  const client = useClient();
  const asked = JSON.stringify(filter);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const [ended, setEnded] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const [resumeAfter, setResumeAfter] = useState<string | null>(null);

  const ask = async (before: string | null) =>
    client
      .query(
        Events,
        { filter: JSON.parse(asked) as EventFilter, last: PAGE, before },
        { requestPolicy: 'network-only' },
      )
      .toPromise();

  useEffect(() => {
    let isCurrent = true;
    const begin = async () => {
      setLoading(true);
      setEnded(null);
      const answer = await ask(null);
      const isEmpty = answer.data?.events.edges.length === 0;
      const unknown = isEmpty ? await unknownNames(client, JSON.parse(asked) as EventFilter) : [];
      if (!isCurrent) return;
      setLoading(false);
      setError(answer.error);
      const page = answer.data?.events;
      if (page === undefined) return;
      const after = page.pageInfo.endCursor ?? answer.data?.newest.pageInfo.endCursor ?? null;
      setLoaded({
        events: page.edges.map(({ node }) => node).reverse(),
        hasOlder: page.pageInfo.hasPreviousPage,
        unknown,
        after,
      });
      setResumeAfter(after);
    };
    setLoaded(null);
    void begin();
    return () => {
      isCurrent = false;
    };
    // `ask` is made of these.
  }, [client, asked, round]);

  const newest = loaded?.events[0]?.cursor ?? loaded?.after ?? null;
  // The stream begins behind what was loaded. Its own place is kept by it; after a pause it is the newest row.
  useEffect(() => {
    if (isPaused) setResumeAfter(newest);
  }, [isPaused, newest]);
  useEventStream({
    document: EventStream,
    variables: { filter: JSON.parse(asked) as EventFilter },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    after: resumeAfter,
    pause: isPaused || loaded === null,
    onEvent: ({ monitoringEvents }) =>
      setLoaded(
        (before) =>
          before && {
            ...before,
            events: [monitoringEvents, ...before.events].slice(0, KEPT),
            hasOlder: before.hasOlder || before.events.length >= KEPT,
          },
      ),
    onEnd: setEnded,
  });

  const loadOlder = async () => {
    const oldest = loaded?.events.at(-1)?.cursor;
    if (oldest === undefined || isLoading) return;
    setLoading(true);
    const answer = await ask(oldest);
    setLoading(false);
    setError(answer.error);
    const page = answer.data?.events;
    if (page === undefined) return;
    setLoaded((before) =>
      // Another filter may have been chosen meanwhile.
      before?.events.at(-1)?.cursor === oldest
        ? {
            ...before,
            events: [...before.events, ...page.edges.map(({ node }) => node).reverse()],
            hasOlder: page.pageInfo.hasPreviousPage,
          }
        : before,
    );
  };

  return {
    events: loaded?.events ?? [],
    isLoading,
    unknown: loaded?.unknown ?? [],
    hasOlder: loaded?.hasOlder ?? false,
    loadOlder: () => void loadOlder(),
    error,
    ended,
    restart: () => setRound(round + 1),
  };
}
