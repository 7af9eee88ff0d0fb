import type { DomainError } from '../platform/errors.js';
import type { Runner } from './runner.js';

interface Loss {
  error: DomainError | undefined;
  readonly listeners: Set<(error: DomainError) => void>;
}

const losses = new WeakMap<Runner, Loss>();

/**
 * As `runner.failed.then(listener)`, for as long as the listener wants to hear of it. A promise keeps every reaction
 * until it settles, and a thread that models share lives as long as the server: each model it ever held would stay.
 *
 * @returns takes the listener back
 */
export function onRunnerLoss(runner: Runner, listener: (error: DomainError) => void): () => void {
  const loss = losses.get(runner) ?? watch(runner);
  const { error } = loss;
  if (error !== undefined) queueMicrotask(() => listener(error));
  else loss.listeners.add(listener);
  return () => void loss.listeners.delete(listener);
}

function watch(runner: Runner): Loss {
  const loss: Loss = { error: undefined, listeners: new Set() };
  losses.set(runner, loss);
  void runner.failed.then((error) => {
    loss.error = error;
    for (const listener of loss.listeners) listener(error);
    loss.listeners.clear();
  });
  return loss;
}
