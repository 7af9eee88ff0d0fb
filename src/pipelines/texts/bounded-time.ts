import { createContext, Script } from 'node:vm';

/** What took longer than it may. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

const slot: { call?: () => unknown } = {};
const context = createContext(slot);
const script = new Script('call()');

/**
 * Runs a function that must end within a time, such as one with patterns that someone else wrote: V8 stops it where it stands.
 *
 * @throws TookTooLong; whatever the function throws
 */
export function withinTime<T>(milliseconds: number, run: () => T): T {
  slot.call = run;
  try {
    return script.runInContext(context, { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TookTooLong(`Stopped after ${milliseconds} ms`);
    throw error;
  } finally {
    delete slot.call;
  }
}
