import { z } from 'zod';

/** How versions can be made smaller or faster. AUTO tries several. */
export const OPTIMIZATION_METHODS = [
  'AUTO',
  'INT8_DYNAMIC',
  'INT8_STATIC',
  'FP16',
  'WEIGHTS_INT8',
  'WEIGHTS_INT4',
  'PRUNE_MAGNITUDE',
  'PRUNE_STRUCTURED',
  'DISTILL',
] as const;
export type OptimizationMethod = (typeof OPTIMIZATION_METHODS)[number];
/** What is done to a graph. */
export const OPTIMIZATION_STEPS = OPTIMIZATION_METHODS.filter((method) => method !== 'AUTO');
export type OptimizationStepMethod = (typeof OPTIMIZATION_STEPS)[number];

const text = z.string().max(2_000);
const name = z.string().min(1).max(500);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const count = z.int().min(0);
const amount = z.number().min(0);
const software = z.strictObject({ name, version: text });
const interval = z.strictObject({ low: z.number(), high: z.number() });

const latency = z.strictObject({
  /** Rows that are asked at once. */
  rows: z.int().min(1),
  /** Runs of the graph that they take: as many as rows where those may not share one. */
  executions: z.int().min(1),
  medianMs: amount,
  /** A quarter of the times are below the first, a quarter above the second. */
  p25Ms: amount,
  p75Ms: amount,
  /** How often it was measured. */
  times: count,
});
export type MeasuredLatencyOfRows = z.output<typeof latency>;

const metric = z.strictObject({
  name,
  value: z.number(),
  /** 95 %, by the bootstrap; null where most resamples do not have the metric. */
  interval: interval.nullable(),
  unit: text.nullable(),
  higherIsBetter: z.boolean().nullable(),
});
export type OptimizationMetric = z.output<typeof metric>;

/** What was measured of one graph, as it would be served. */
const figures = z.strictObject({
  /** Of the file. */
  bytes: count,
  parameters: count,
  latencies: z.array(latency),
  /** What a process of it holds for itself; null where that cannot be told. */
  memoryBytes: count.nullable(),
  rowsIndependent: z.enum(['PROVEN', 'DECLARED', 'UNPROVEN', 'REFUTED']),
  /** What ended the proof; null when PROVEN. */
  rowsIndependentReason: text.nullable(),
  /** None without measured values. */
  metrics: z.array(metric),
});
export type OptimizationFigures = z.output<typeof figures>;

/** How far one output lies from the original's, over the rows that were held out. */
const difference = z.strictObject({
  output: name,
  elements: count,
  /** Null for labels. */
  largest: amount.nullable(),
  mean: amount.nullable(),
  /** Root mean square, relative to the standard deviation of the original's output; null where that does not vary. */
  relative: amount.nullable(),
  /** Labels that are others, or numbers that are finite in one of the two alone. */
  differing: count,
});
export type OptimizationDifference = z.output<typeof difference>;

/** How much worse the metric of the budget is than the original's, on the same rows; negative: better. */
const loss = z.strictObject({ metric: name, value: z.number(), interval: interval.nullable() });
export type OptimizationLoss = z.output<typeof loss>;

const step = z.strictObject({
  method: z.enum(OPTIMIZATION_STEPS),
  /** As they were used, defaults included. */
  settings: z.record(z.string(), z.json()),
});
export type OptimizationStep = z.output<typeof step>;

const advice = z.strictObject({
  verdict: z.enum(['RECOMMENDED', 'TRADE_OFF', 'NOT_RECOMMENDED']),
  reasons: z.array(text).max(20),
});
export type OptimizationAdvice = z.output<typeof advice>;

const candidate = z.strictObject({
  /** Of the steps and their settings: unique within the search. */
  name,
  steps: z.array(step).min(1),
  /** Why it could not be made or run; null when it was measured. */
  error: text.nullable(),
  /** Of its bytes. */
  digest: digest.nullable(),
  figures: figures.nullable(),
  /** How many times as fast as the original, by turns with it; below 1: slower. */
  speedups: z.array(z.strictObject({ rows: z.int().min(1), factor: amount })),
  differences: z.array(difference),
  loss: loss.nullable(),
  /** What of the budget it misses, in words. */
  misses: z.array(text).max(10),
  /** No other candidate, nor the original, is at least as good in everything and better in something. */
  onFront: z.boolean(),
  advice: advice.nullable(),
  /** What whoever serves it should know. */
  notes: z.array(text).max(20),
});
export type OptimizationCandidate = z.output<typeof candidate>;

const budget = z.strictObject({
  /** Of the metric, in its own unit. */
  maxLoss: z.number().min(0).nullable(),
  /** Which metric; null without maxLoss. */
  metric: name.nullable(),
  /** How many times as fast, for so many rows at once. */
  minSpeedup: z.number().positive().nullable(),
  speedupRows: z.int().min(1),
  /** How many times as small. */
  minShrink: z.number().positive().nullable(),
  /** Of the outputs, in their units. */
  maxMeanDifference: amount.nullable(),
  maxLargestDifference: amount.nullable(),
});
export type OptimizationBudget = z.output<typeof budget>;

const sample = z.strictObject({
  source: z.enum(['FILE', 'ATTACHMENT', 'EXAMPLES', 'RECORDED', 'INSTANCES']),
  description: text,
  /** That could be read. */
  rows: count,
  /** That could not. */
  unreadable: count,
  /** On which graphs were calibrated, repaired and trained. */
  calibrationRows: count,
  /** On which everything was measured: none of the others. */
  measuredRows: count,
  /** Whether their values are known. */
  labelled: z.boolean(),
  seed: count,
});
export type OptimizationSample = z.output<typeof sample>;

/** How a version was made smaller or faster of another, as `Version.optimization` tells it and archives carry it. */
export const optimizationSchema = z.strictObject({
  method: z.enum(OPTIMIZATION_METHODS),
  origin: z.strictObject({ version: name, digest }),
  budget,
  sample,
  /** Where it was measured. */
  machine: z.strictObject({ processor: text, cores: count, threads: z.int().min(1) }),
  original: figures,
  candidates: z.array(candidate).max(100),
  /** The name of the candidate that meets the budget best; null when none does. */
  chosen: name.nullable(),
  tools: z.array(software).max(50),
  runtime: text,
  platform: text,
  packages: z.array(software).max(500),
});
export type OptimizationRecord = z.output<typeof optimizationSchema>;
export type OptimizationOrigin = OptimizationRecord['origin'];
export type OptimizationMachine = OptimizationRecord['machine'];
