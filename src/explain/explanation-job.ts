import type { JobWork, RunningJob } from '../jobs/index.js';
import { DomainError } from '../platform/errors.js';
import type { JsonObject, JsonValue } from '../platform/events/index.js';
import { explainInput, inputAsJson } from './explain-input.js';
import type { ExplainService } from './explain-service.js';
import type { Explanation } from './explanation.js';

/** The job EXPLAIN_PREDICTION: explains instances one after the other, behind every request, and goes on where it was. */
export class ExplanationJob implements JobWork {
  readonly kind = 'EXPLAIN_PREDICTION';

  constructor(private readonly explain: ExplainService) {}

  /** The version that answers now answers all of it, whatever is deployed meanwhile. */
  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const input = explainInput(asked);
    const { version, deployment } = await this.explain.request(input);
    const count = input.instances.length;
    return {
      input: { ...inputAsJson(input), deployment: null, version: version.ref },
      title: `Explain ${count === 1 ? 'a prediction' : `${count} predictions`} of ${deployment ?? version.ref}`,
    };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const input = explainInput(job.input);
    const request = await this.explain.request(input);
    const done = (job.checkpoint as JsonValue[] | null) ?? [];
    const total = input.instances.length;
    job.report({ done: done.length, total });
    const caller = { actor: job.actor, requestId: job.id };
    for await (const explanation of this.explain.each(caller, request, {
      from: done.length,
      signal: job.signal,
      isJob: true,
    })) {
      done.push(explanationAsJson(explanation));
      const failed = done.filter((one) => (one as JsonObject).baseValue === null).length;
      await job.save(done, { done: done.length, total, failed });
    }
    return { version: request.version.ref, explanations: done };
  }
}

/** As it is stored: a prediction without what is made on demand. */
function explanationAsJson(explanation: Explanation): JsonValue {
  return JSON.parse(JSON.stringify(explanation)) as JsonValue;
}

/**
 * What a finished job found.
 *
 * @throws DomainError INVALID_ARGUMENT for a job of another kind
 */
export function explanationsOf(result: JsonValue | null): readonly Explanation[] {
  const stored = (result as JsonObject | null)?.explanations;
  if (!Array.isArray(stored))
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected a job of the kind EXPLAIN_PREDICTION that has succeeded.',
      { field: ['job'] },
    );
  return (stored as unknown as Explanation[]).map((one) => ({
    ...one,
    // Only what is asked at once can be judged by what was fitted then.
    prediction: { ...one.prediction, verdict: () => one.prediction.domain ?? null },
  }));
}
