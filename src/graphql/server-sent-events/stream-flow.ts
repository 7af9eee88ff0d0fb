import type { ServerResponse } from 'node:http';

/** A client that has taken nothing for so long while something waits for it is gone, or as good as gone. */
const STALLED_MS = 60_000;

/**
 * One stream on its way to its client. What makes the messages waits for room before it makes the next one: so a client that
 * does not read holds one message, and what the connection has taken already.
 */
export class StreamFlow {
  private waiting = 0;
  private isOver = false;
  private resume: (() => void) | null = null;
  private eventId: string | null = null;

  constructor(private readonly response: ServerResponse) {
    response.once('close', () => this.end());
    response.on('drain', () => this.look());
  }

  get closed(): boolean {
    return this.isOver;
  }

  /** Resolves when the message before was taken and the connection takes more, or the stream is over. */
  async room(): Promise<void> {
    if (!this.hasRoom()) await new Promise<void>((resolve) => (this.resume = resolve));
    this.waiting += 1;
  }

  /** The id of the next message: clients that come back name the last one they had. */
  name(id: string | null): void {
    this.eventId = id;
  }

  /** Writes what graphql-sse has made: a message, or a comment that keeps the connection alive. Waits for the client. */
  async write(text: string): Promise<void> {
    const isMessage = !text.startsWith(':');
    const id = isMessage ? this.eventId : null;
    if (isMessage) this.eventId = null;
    const { response } = this;
    if (!this.isOver && !response.write(id === null ? text : `id: ${id}\n${text}`)) await this.drained();
    if (isMessage) this.waiting = Math.max(0, this.waiting - 1);
    this.look();
  }

  /** Nothing more is waited for. */
  end(): void {
    this.isOver = true;
    this.look();
  }

  private hasRoom(): boolean {
    return this.isOver || (this.waiting === 0 && !this.response.writableNeedDrain);
  }

  private look(): void {
    if (!this.hasRoom()) return;
    const { resume } = this;
    this.resume = null;
    resume?.();
  }

  private drained(): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), STALLED_MS);
      const settle = () => {
        clearTimeout(timer);
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.once('drain', settle).once('close', settle);
    });
  }
}
