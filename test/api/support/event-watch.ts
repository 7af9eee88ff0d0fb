import type { Client } from 'graphql-ws';
import { ask, type Api } from './ask.js';
import { patience } from '../../support/patience.js';

const FIELDS = /* GraphQL */ `
  fragment Seen on Event {
    __typename
    cursor
    at
    kind
    message
    actor
    requestId
    modelName
    versionNumber
    deploymentName
    ... on VersionEvent {
      tag
    }
    ... on AliasEvent {
      alias
      fromNumber
      toNumber
      aliasReason: reason
    }
    ... on DeploymentEvent {
      fromState
      toState
      revision
      stateReason: reason
    }
    ... on RequestFailedEvent {
      operation
      code
      totalMs
    }
    ... on RequestsServedEvent {
      operation
      count
      rows
      meanMs
      p50Ms
      p99Ms
      sampleRequestId
    }
  }
`;

export interface SeenEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly kind: string;
  readonly message: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly modelName: string | null;
  readonly versionNumber: number | null;
  readonly deploymentName: string | null;
  readonly toState?: string;
  readonly fromState?: string | null;
  readonly revision?: number;
  readonly stateReason?: string | null;
  readonly count?: number;
  readonly rows?: number;
  readonly [field: string]: unknown;
}

export interface EventFilter {
  readonly kinds?: readonly string[];
  readonly model?: string;
  readonly deployment?: string;
  readonly requestId?: string;
  readonly allowUnknown?: boolean;
}

export interface EventWatch {
  /** Everything received so far, in the order of arrival. */
  readonly events: readonly SeenEvent[];
  /** Resolves once `enough` of the events received holds; fails when that takes far too long. */
  until(enough: (events: readonly SeenEvent[]) => boolean): Promise<void>;
  /** Resolves with the error's codes when the server ends the stream with one, with none when it just ends. */
  readonly ended: Promise<unknown[]>;
  stop(): void;
}

const PATIENCE_MS = patience(60_000);

/** Subscribes to `monitoringEvents` on a client's socket. */
export function watchEvents(
  client: Client,
  options: { after?: string; filter?: EventFilter } = {},
): EventWatch {
  const events: SeenEvent[] = [];
  let changed: () => void = () => undefined;
  let end: (codes: unknown[]) => void = () => undefined;
  const ended = new Promise<unknown[]>((resolve) => (end = resolve));
  const stop = client.subscribe<{ monitoringEvents: SeenEvent }>(
    {
      query: `${FIELDS} subscription ($after: String, $filter: EventFilter) {
        monitoringEvents(after: $after, filter: $filter) { ...Seen }
      }`,
      variables: { ...options },
    },
    {
      next({ data, errors }) {
        if (errors) end(errors.map(({ extensions }) => extensions?.code));
        if (data) events.push(data.monitoringEvents);
        changed();
      },
      error: (reason) => end(codesOf(reason)),
      complete: () => end([]),
    },
  );
  return {
    events,
    ended,
    stop,
    async until(enough) {
      const deadline = Date.now() + PATIENCE_MS;
      while (!enough(events)) {
        const left = deadline - Date.now();
        if (left <= 0)
          throw new Error(
            `Not seen within ${PATIENCE_MS} ms; seen: ${events.map((event) => event.message).join(' | ')}`,
          );
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([
          new Promise<void>((resolve) => (changed = resolve)),
          new Promise((resolve) => (timer = setTimeout(resolve, left))),
        ]);
        clearTimeout(timer);
      }
    },
  };
}

/** All stored events after a cursor, read page by page. */
export async function storedEvents(api: Api, after = '0', filter?: EventFilter): Promise<SeenEvent[]> {
  const found: SeenEvent[] = [];
  for (let cursor: string | null = after; cursor !== null;) {
    const { events }: EventPage = await ask<EventPage>(
      api,
      `${FIELDS} query ($after: String, $filter: EventFilter) {
        events(first: 100, after: $after, filter: $filter) { edges { node { ...Seen } } pageInfo { hasNextPage endCursor } }
      }`,
      { after: cursor, filter },
    );
    found.push(...events.edges.map(({ node }) => node));
    cursor = events.pageInfo.hasNextPage ? events.pageInfo.endCursor : null;
  }
  return found;
}

interface EventPage {
  readonly events: {
    readonly edges: readonly { readonly node: SeenEvent }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

function codesOf(reason: unknown): unknown[] {
  if (!Array.isArray(reason)) return [reason];
  return reason.map((error: { extensions?: Record<string, unknown> }) => error.extensions?.code);
}
