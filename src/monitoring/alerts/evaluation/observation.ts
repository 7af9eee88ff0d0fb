/** What a look at one condition for one deployment found. Its words are made only when somebody is told. */
export type Observation =
  | {
      /** BREACHED: beyond the threshold. BETWEEN: neither beyond it nor back at the clear value. */
      readonly kind: 'BREACHED' | 'BETWEEN' | 'CLEAR';
      readonly value: number;
      readonly threshold: number;
      readonly message: () => string;
    }
  /** Nothing can be said at the moment. */
  | { readonly kind: 'UNKNOWN'; readonly message: () => string }
  /** There is nothing to watch any more. */
  | { readonly kind: 'GONE'; readonly message: () => string };
