import { setTimeout as delay } from 'node:timers/promises';
import { numbersOfTensors, type InferenceService } from '../../inference/index.js';
import type { RunningJob } from '../../jobs/index.js';
import { backoffMs } from '../../platform/backoff.js';
import { DomainError, type ErrorCode } from '../../platform/errors.js';
import { joinRows, splitRows, type Tensor } from '../../tensors/index.js';

const AT_ONCE = 256;
const REQUEST_MS = 120_000;
const PASSING: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'OVERLOADED', 'DEADLINE_EXCEEDED']);
const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 10_000;
const MOST_TRIES = 40;

/**
 * What a version answers to stacked rows. It is asked as callers ask it, through the batcher and behind all of them: its own
 * model answers, whether a deployment holds it or not.
 *
 * @throws DomainError what inference throws; the job's signal's reason
 */
export async function askTeacher(
  inference: Pick<InferenceService, 'withModel' | 'foreground'>,
  version: string,
  {
    tensors,
    rows,
    together,
  }: { readonly tensors: readonly Tensor[]; readonly rows: number; readonly together: boolean },
  job: Pick<RunningJob, 'id' | 'actor' | 'signal' | 'log'>,
): Promise<Tensor[]> {
  const size = together ? AT_ONCE : 1;
  const counts = Array.from({ length: Math.ceil(rows / size) }, (_, part) =>
    Math.min(size, rows - part * size),
  );
  const answers: Tensor[][] = [];
  for (const [part, inputs] of splitRows(tensors, counts).entries()) {
    await inference.foreground.idle();
    answers.push(await patiently(() => ask(inference, version, inputs, counts[part] ?? 1, job), job));
  }
  return joinRows(answers);
}

async function ask(
  inference: Pick<InferenceService, 'withModel'>,
  version: string,
  inputs: readonly Tensor[],
  rows: number,
  { actor, id, signal }: Pick<RunningJob, 'id' | 'actor' | 'signal'>,
): Promise<Tensor[]> {
  const copies = inputs.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  const request = { version, priority: 'BACKGROUND', deadlineMs: REQUEST_MS, signal } as const;
  const { result } = await inference.withModel({ actor, requestId: id }, 'infer', request, {
    work: async (model) => ({
      value: await model.infer(copies),
      rows,
      asked: () => ({ operation: 'INFER', inputs: [] }) as const,
    }),
    numbersOf: numbersOfTensors,
    present: (value: Tensor[]) => value,
  });
  return result;
}

async function patiently<T>(
  work: () => Promise<T>,
  { signal, log }: Pick<RunningJob, 'signal' | 'log'>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DomainError) || !PASSING.has(error.code) || attempt > MOST_TRIES) throw error;
      if (attempt === 1) log(`Waiting for the teacher: ${error.message}`);
    }
    await delay(backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS), undefined, {
      signal,
      ref: false,
    }).catch(() => undefined);
  }
}
