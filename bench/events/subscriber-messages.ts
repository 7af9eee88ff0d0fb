/** What the process of subscribers is told. */
export type SubscriberOrder =
  /** Opens so many sockets, each with one subscription. */
  | { readonly kind: 'open'; readonly port: number; readonly clients: number; readonly query: string }
  /** One more that reads nothing from then on. */
  | { readonly kind: 'stall'; readonly port: number; readonly query: string }
  /** Tells what came for the sequence numbers from the first to the last, and forgets it. */
  | { readonly kind: 'report'; readonly first: number; readonly last: number };

export type SubscriberReport =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'came';
      readonly events: number;
      /** Events that a client did not get, got twice, or got before an earlier one; over all clients. */
      readonly lost: number;
      readonly repeated: number;
      readonly disordered: number;
      /** From the moment the change was asked for to the moment a client had its event. */
      readonly p50Ms: number;
      readonly p99Ms: number;
      readonly maxMs: number;
      /** Processor time of the clients themselves so far. */
      readonly processorMs: number;
    };
