import { DomainError } from '../platform/errors.js';
import { ProcessRunner } from './process-runner.js';
import type { Seat, Seating } from './seat.js';
import type { LoadSpec } from './session-host.js';

/** A process for each session. */
export class ProcessSeating implements Seating {
  /** @param maxRunMs ends a process whose run takes longer; undefined for never */
  constructor(private readonly maxRunMs: number | undefined) {}

  async open(spec: LoadSpec): Promise<Seat> {
    const runner = new ProcessRunner(this.maxRunMs);
    const session = 0;
    try {
      return { runner, session, outcome: await runner.loadSession(session, spec) };
    } catch (error) {
      await runner.stop();
      // It was not running yet: what ended it is the model, or the memory it wants.
      if (error instanceof DomainError && error.code === 'UNAVAILABLE')
        throw new DomainError('UNAVAILABLE', error.message.replace('ran the model', 'loaded the model'), {
          cause: error.cause,
          ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
        });
      throw error;
    }
  }

  /** It shares its process with nobody: giving way is enough. */
  async setAside(seat: Seat): Promise<Seat> {
    seat.runner.giveWay();
    return seat;
  }

  async close({ runner, session }: Seat): Promise<void> {
    await runner.releaseSession(session);
  }

  async end(): Promise<void> {
    // Each ends with its session.
  }
}
