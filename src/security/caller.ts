/** Who asked, and under which request id: carried by every change, event and log line. */
export interface Caller {
  readonly actor: string;
  readonly requestId: string;
}
