/** The actor of a request and its id: carried by every change, event and log line. */
export interface Caller {
  readonly actor: string;
  readonly requestId: string;
}
