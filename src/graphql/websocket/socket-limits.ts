import { DomainError } from '../../platform/errors.js';

/** Sockets of one address that have not yet said who they are: as many as a page that connects anew opens at worst. */
const MAX_UNACKNOWLEDGED = 64;
const RETRY_MS = 5_000;

/** A socket's place among all. */
export interface SocketPlace {
  /** It has said who it is. */
  acknowledge(): void;
  release(): void;
}

/** Counts sockets, all of them and those of an address that has not authenticated. */
export class SocketLimits {
  private open = 0;
  private readonly unacknowledged = new Map<string, number>();

  constructor(private readonly maxSockets: number) {}

  /** @throws DomainError OVERLOADED when there is no place */
  enter(address: string): SocketPlace {
    if (this.open >= this.maxSockets)
      throw full(`The server has as many WebSockets open as it may, ${this.maxSockets} (RETORT_MAX_SOCKETS)`);
    const waiting = this.unacknowledged.get(address) ?? 0;
    if (waiting >= MAX_UNACKNOWLEDGED)
      throw full(
        `${MAX_UNACKNOWLEDGED} WebSockets of this address have not yet sent connection_init, and no more may wait`,
      );
    this.open += 1;
    this.unacknowledged.set(address, waiting + 1);
    let counted = true;
    let isOpen = true;
    const acknowledge = () => {
      if (counted) this.leave(address);
      counted = false;
    };
    return {
      acknowledge,
      release: () => {
        acknowledge();
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
