import type { ModelHandle, OutputNumbers, TrialSeat } from '../deployments/index.js';
import { DomainError, isUserError } from '../platform/errors.js';
import { Deadline, type Lifetime } from './deadline.js';
import type { TellAsked } from '../recording/index.js';

/** A mirrored request has no caller who could wait; beyond this it is given up. */
const MIRROR_LIMIT_MS = 60_000;

/** One request, which can be asked of several models. */
export interface Question<T> {
  /** Holds the handle while it runs, and releases it. */
  ask(handle: ModelHandle, lifetime: Lifetime, priority?: 'LOW'): Promise<Answered<T>>;
  numbersOf(value: T): OutputNumbers;
  /** The caller's. */
  readonly lifetime: Lifetime;
  /** Whether the caller has gone. */
  gone(): boolean;
}

export interface Answered<T> {
  readonly value: T;
  readonly rows: number;
  /** What was asked, for a deployment that records requests. */
  readonly asked: TellAsked;
  /** By row, what the pipeline found of it; left out where there is no pipeline. */
  readonly quantities?: RowQuantities;
  /** The instances as they were sent, those that could not be answered included; left out for tensors. */
  readonly instances?: readonly unknown[];
}

/** Numbers that describe each row by their names, such as a molecule's descriptors; null for a row that could not be read. */
export type RowQuantities = readonly (Readonly<Record<string, number>> | null)[];

/**
 * Asks a model that is on trial, or the one it is tried against, and tells the trial how that went. What the candidate
 * refuses, or fails at, is asked of the version that serves, whose answer, or refusal, is then the caller's: a candidate
 * costs its callers time at most. Whose fault it was shows too: what both refuse is the caller's.
 *
 * @returns the answer and the handle of the model that gave it
 */
export async function askOnTrial<T>(
  question: Question<T>,
  handle: ModelHandle,
  seat: TrialSeat,
): Promise<{ readonly answered: Answered<T>; readonly handle: ModelHandle }> {
  const began = performance.now();
  const failed = () => seat.observe({ ok: false, totalMs: performance.now() - began });
  try {
    const answered = await question.ask(handle, question.lifetime);
    seat.observe({ ok: true, totalMs: performance.now() - began });
    const numbers = question.numbersOf(answered.value);
    seat.answered(numbers);
    void mirrored(question, seat, numbers);
    return { answered, handle };
  } catch (error) {
    if (question.lifetime.aborted) {
      if (!question.gone()) failed();
      throw error;
    }
    if (seat.side === 'BASE') {
      if (!isUserError(error) || error.code === 'RUN_FAILED') failed();
      throw error;
    }
    const serving = await seat.fallback(question.lifetime);
    if (!serving) {
      failed();
      throw error;
    }
    const answered = await question.ask(serving, question.lifetime);
    failed();
    return { answered, handle: serving };
  }
}

/** Asks the other side the same, when it is this request's turn. No caller waits for it or sees its answer. */
async function mirrored<T>(question: Question<T>, seat: TrialSeat, own: OutputNumbers): Promise<void> {
  const mirror = seat.mirror();
  if (!mirror) return;
  const deadline = new Deadline(MIRROR_LIMIT_MS);
  const began = performance.now();
  try {
    const handle = await mirror.acquire(deadline);
    if (!handle) return;
    const { value } = await question.ask(handle, deadline, 'LOW');
    mirror.observe({ ok: true, totalMs: performance.now() - began });
    mirror.compare(own, question.numbersOf(value));
  } catch (error) {
    // No room for it now says nothing about the model.
    if (error instanceof DomainError && error.code === 'OVERLOADED') return;
    mirror.observe({ ok: false, totalMs: performance.now() - began });
    mirror.compare(own, null);
  } finally {
    deadline.clear();
    mirror.close();
  }
}
