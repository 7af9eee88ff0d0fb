import { DomainError } from '../../platform/errors.js';

/** Sockets of one address that have not yet said who they are: as many as a page that connects anew opens at worst. */
const MAX_UNACKNOWLEDGED = 64;
const RETRY_MS = 5_000;

/** The place of a socket or stream among all. */
export interface StreamPlace {
  release(): void;
}

export interface SocketPlace extends StreamPlace {
  /** It has said who it is. */
  acknowledge(): void;
}

/** Counts what stays open: WebSockets and event streams, and the sockets of an address that has not authenticated. */
export class StreamLimits {
  private open = 0;
  private readonly unacknowledged = new Map<string, number>();

  constructor(private readonly maxSockets: number) {}

  /** For a socket, which says later who it is. @throws DomainError OVERLOADED when there is no place */
  enter(address: string): SocketPlace {
    this.refuseIfFull();
    const waiting = this.unacknowledged.get(address) ?? 0;
    if (waiting >= MAX_UNACKNOWLEDGED)
      throw full(
        `${MAX_UNACKNOWLEDGED} WebSockets of this address have not yet sent connection_init, and no more may wait`,
      );
    this.unacknowledged.set(address, waiting + 1);
    const place = this.place();
    let counted = true;
    const acknowledge = () => {
      if (counted) this.leave(address);
      counted = false;
    };
    return {
      acknowledge,
      release: () => {
        acknowledge();
        place.release();
      },
    };
  }

  /** For a stream, whose caller is known. @throws DomainError OVERLOADED when there is no place */
  enterKnown(): StreamPlace {
    this.refuseIfFull();
    return this.place();
  }

  private refuseIfFull(): void {
    if (this.open >= this.maxSockets)
      throw full(
        `The server has as many WebSockets and event streams open as it may, ${this.maxSockets} (RETORT_MAX_SOCKETS)`,
      );
  }

  private place(): StreamPlace {
    this.open += 1;
    let isOpen = true;
    return {
      release: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }

  private leave(address: string): void {
    const waiting = (this.unacknowledged.get(address) ?? 1) - 1;
    if (waiting === 0) this.unacknowledged.delete(address);
    else this.unacknowledged.set(address, waiting);
  }
}

function full(problem: string): DomainError {
  return new DomainError('OVERLOADED', `${problem}. Try again in a few seconds.`, { retryAfterMs: RETRY_MS });
}
