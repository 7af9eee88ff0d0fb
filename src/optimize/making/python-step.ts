import { z } from 'zod';
import type { Scratch } from '../../convert/index.js';
import { runConverter, type ConverterLimits, type ConverterTask } from '../../convert/index.js';
import type { OptimizationStep } from '../../catalog/index.js';
import type { RunningJob } from '../../jobs/index.js';

const software = z.object({ name: z.string(), version: z.string() });
const stepResult = z.object({
  type: z.literal('result'),
  /** In the folder of the output. */
  model: z.string().regex(/^[\w.-]+$/),
  settings: z.record(z.string(), z.json()),
  notes: z.array(z.string()),
  tools: z.array(software),
  runtime: z.string(),
  platform: z.string(),
  packages: z.array(software),
});
export type StepResult = z.output<typeof stepResult>;

const TASK: ConverterTask<StepResult> = {
  noun: 'optimisation',
  result: stepResult,
  failed: 'OPTIMIZATION_FAILED',
  codes: { NOT_APPLICABLE: 'OPTIMIZATION_NOT_APPLICABLE' },
};

/** Tensors in files, as the Python package reads them. */
export interface WrittenTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly file: string;
}

export interface WrittenRun {
  readonly inputs: readonly WrittenTensor[];
  readonly rows: number;
  /** Whether the rows lie one after the other in every tensor. */
  readonly stacked: boolean;
}

export interface PythonStep {
  readonly python: string;
  readonly step: OptimizationStep;
  /** Path of the graph that is changed. */
  readonly source: string;
  readonly runs: readonly WrittenRun[];
  /** A teacher's, to all rows of the runs; for DISTILL. */
  readonly answers: readonly WrittenTensor[];
  readonly seed: number;
  readonly limits: ConverterLimits;
}

/**
 * One step in a process of its own, as a conversion: without the network, within limits, ended with the job.
 *
 * @param scratch whose folder holds the graph that comes of it
 * @returns where that lies, and what was done
 * @throws DomainError OPTIMIZATION_NOT_APPLICABLE, OPTIMIZATION_FAILED; the job's signal's reason
 */
export async function runStep(
  { python, step, source, runs, answers, seed, limits }: PythonStep,
  scratch: Scratch,
  job: Pick<RunningJob, 'signal' | 'log'>,
): Promise<StepResult & { readonly path: string }> {
  const result = await runConverter({
    task: TASK,
    python,
    scratch,
    limits,
    signal: job.signal,
    job: {
      task: 'OPTIMISE',
      method: step.method,
      settings: step.settings,
      source,
      output: scratch.path('output'),
      runs,
      answers,
      seed,
    },
    onLog: (message) => job.log(message),
    onProgress: () => undefined,
  });
  return { ...result, path: scratch.path('output', result.model) };
}
