import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { BodyMemory, Reservation } from '../../http/index.js';

/** What may come before `connection_init` is acknowledged: itself, and no more. */
const UNACKNOWLEDGED_BYTES = 65_536;
/** Less than this of a message is a matter of how many sockets there are. */
const COUNTED_BYTES = 4_096;
/** The head of a masked frame of up to 125 bytes, as control frames are. */
const CONTROL_HEAD_BYTES = 6;
/** How long a client may take to answer that it is going, before its connection is cut. */
export const CLOSING_MS = 1_000;

const TOO_LARGE = 1009;
const TRY_AGAIN = 1013;

/**
 * Watches what comes over a socket before it is a message: parts of messages are held until the last has come, which may
 * be never.
 */
export class SocketIntake {
  private pending = 0;
  private acknowledged = false;
  private ending = false;
  private readonly reservation: Reservation;

  constructor(
    private readonly socket: WebSocket,
    connection: Duplex,
    memory: BodyMemory,
  ) {
    this.reservation = memory.open();
    connection.on('data', (chunk: Buffer) => this.took(chunk.length));
    for (const control of ['ping', 'pong'] as const)
      socket.on(control, (data: Buffer) => {
        this.pending = Math.max(0, this.pending - data.length - CONTROL_HEAD_BYTES);
      });
    socket.once('close', () => this.reservation.release());
  }

  /** From now on messages may be as large as they may be over HTTP. */
  acknowledge(): void {
    this.acknowledged = true;
  }

  /** A message is whole, and its reader counts it. */
  complete(): void {
    this.pending = 0;
    this.reservation.resize(0);
  }

  /** Says goodbye, and does not wait long for the answer. */
  end(code: number, reason: string): void {
    this.ending = true;
    this.socket.close(code, reason);
    const timer = setTimeout(() => this.socket.terminate(), CLOSING_MS).unref();
    this.socket.once('close', () => clearTimeout(timer));
  }

  private took(bytes: number): void {
    this.pending += bytes;
    if (this.pending > UNACKNOWLEDGED_BYTES && (this.ending || !this.acknowledged)) {
      if (!this.ending) this.end(TOO_LARGE, 'Too much before connection_init');
      this.socket.terminate();
      return;
    }
    if (this.pending < COUNTED_BYTES || this.reservation.resize(this.pending) || this.ending) return;
    this.end(TRY_AGAIN, 'Try again later');
  }
}
