import { ProcessRunner, type ProcessRunnerOptions } from './process-runner.js';
import { RunnerLost } from '../runner-lost.js';
import type { Seat, Seating } from '../seat.js';
import type { LoadSpec } from '../sessions/session-host.js';

/** A process for each session. */
export class ProcessSeating implements Seating {
  constructor(private readonly limits: ProcessRunnerOptions) {}

  async open(spec: LoadSpec): Promise<Seat> {
    const runner = new ProcessRunner(this.limits);
    const session = 0;
    try {
      return { runner, session, outcome: await runner.loadSession(session, spec) };
    } catch (error) {
      await runner.stop();
      throw error instanceof RunnerLost ? lostWhileLoading(error) : error;
    }
  }

  /** No other model shares its process: giving way is enough. */
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

/** It was not running yet: what ended it is the model, or the memory it wants. */
function lostWhileLoading({ message, code, end, atWork, cause, retryAfterMs }: RunnerLost): RunnerLost {
  const what =
    end === 'OUT_OF_MEMORY'
      ? 'The model does not fit into the memory it may take: the process that loaded it ran out. Raise runtime.maxMemoryBytes, or make the model smaller.'
      : message.replace('ran the model', 'loaded the model');
  return new RunnerLost(what, {
    code,
    end,
    atWork,
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
