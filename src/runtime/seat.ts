import type { Runner } from './runner.js';
import type { LoadOutcome, LoadSpec } from './sessions/session-host.js';

/** A session on a runner. */
export interface Seat {
  readonly runner: Runner;
  readonly session: number;
  readonly outcome: LoadOutcome;
}

/** Finds sessions a runner: among threads, or a process for each. */
export interface Seating {
  /**
   * @param taken runners of the same model's other sessions, which get another one
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, UNAVAILABLE
   */
  open(spec: LoadSpec, taken: readonly Runner[]): Promise<Seat>;
  /**
   * Its runs have turned out to be long: they must not hold up others.
   * @param spec gives what to load when the session has to move
   * @returns where it runs from now on: the same seat, or another with a session ready; the old one is to be closed
   */
  setAside(seat: Seat, spec: () => Promise<LoadSpec>): Promise<Seat>;
  /** Frees the session, and the runner that nobody else uses. */
  close(seat: Seat): Promise<void>;
  /** Ends every runner. */
  end(): Promise<void>;
}
