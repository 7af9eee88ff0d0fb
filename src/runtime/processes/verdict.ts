import { DomainError } from '../../platform/errors.js';
import { outOfMemory, tooLongMessage } from '../run-failure.js';
import { RunnerLost, type RunnerEnd } from '../runner-lost.js';
import { speaksOfMemory } from '../../platform/children/process-memory.js';

/** By then another process has loaded a model that is not large. */
const RETRY_AFTER_MS = 500;

/** Why a process ended, or is being ended. */
export interface Verdict {
  readonly end: RunnerEnd;
  /** The rest of a sentence about the process. */
  readonly what: string;
  /** What the request that was being worked on is told, when it is to blame. */
  readonly toCulprit?: DomainError;
}

export function tookTooLong(kind: 'load' | 'run' | 'stop', limitMs: number): Verdict {
  const what = `was ended, since its ${kind} took longer than ${limitMs} ms`;
  if (kind !== 'run') return { end: 'CRASHED', what };
  return { end: 'TOO_LONG', what, toCulprit: new DomainError('RUN_TOO_LONG', tooLongMessage(limitMs)) };
}

export function tookTooMuch(maxMemoryBytes: number): Verdict {
  return {
    end: 'OUT_OF_MEMORY',
    what: `was ended, since it took more memory than the ${Math.round(maxMemoryBytes / 1e6)} MB it may (runtime.maxMemoryBytes)`,
    toCulprit: outOfMemory('', maxMemoryBytes),
  };
}

/**
 * Of a process that ended by itself. One that had no memory left says so before it gives up.
 *
 * @param output what it wrote last
 */
export function endedByItself(
  what: string,
  end: RunnerEnd,
  output: string,
  maxMemoryBytes: number | undefined,
): Verdict {
  if (!speaksOfMemory(output)) return { end, what };
  const toCulprit = outOfMemory('', maxMemoryBytes);
  return { end: 'OUT_OF_MEMORY', what: 'ran out of memory and ended', toCulprit };
}

/** @param atWork whether it is for the request that was being worked on */
export function lossOf({ end, what, toCulprit }: Verdict, atWork: boolean, cause: Error): RunnerLost {
  return atWork && toCulprit !== undefined
    ? new RunnerLost(toCulprit.message, { end, atWork, code: toCulprit.code, cause })
    : new RunnerLost(`The process that ran the model ${what}; try again`, {
        end,
        atWork,
        retryAfterMs: RETRY_AFTER_MS,
        cause,
      });
}

export function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  switch (signal) {
    case null:
      return `ended unexpectedly (exit code ${code ?? 'unknown'})`;
    case 'SIGKILL':
      return 'was killed (SIGKILL; the system does that when memory runs out)';
    case 'SIGABRT':
      return 'crashed (SIGABRT; the runtime gave up, perhaps for lack of memory)';
    default:
      return `crashed (${signal})`;
  }
}
