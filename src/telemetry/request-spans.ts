import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Tracer,
} from '@opentelemetry/api';
import type { RequestOutcome, RequestPhases } from '../inference/index.js';

/** Such as `predict esol`; of what was not found, only what was tried: the caller may have written anything. */
export function spanNameOf({ operation, target }: RequestOutcome): string {
  const name = target?.deployment?.name ?? target?.version.ref;
  return name === undefined ? operation : `${operation} ${name}`;
}

/**
 * One span for the request and one for each of its phases, with the times they had.
 *
 * @param ids called before the request's own span begins, and before those of its phases
 */
export function recordSpans(
  tracer: Tracer,
  outcome: RequestOutcome,
  parent: Context,
  ids: { readonly own: () => void; readonly others: () => void },
): void {
  const endTime = outcome.at;
  const startTime = endTime - outcome.totalMs;
  ids.own();
  const span = tracer.startSpan(
    spanNameOf(outcome),
    { kind: SpanKind.SERVER, startTime, attributes: attributesOf(outcome) },
    parent,
  );
  ids.others();
  if (outcome.ok) {
    const inside = trace.setSpan(parent, span);
    for (const phase of layPhases(outcome.phases, outcome.totalMs)) {
      const attributes = phase.name === 'run' ? { 'retort.batch.rows': outcome.batchRows } : {};
      tracer
        .startSpan(phase.name, { startTime: startTime + phase.from, attributes }, inside)
        .end(startTime + phase.to);
    }
  } else span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.code });
  span.end(endTime);
}

interface Phase {
  readonly name: string;
  /** Milliseconds from the start of the request. */
  readonly from: number;
  readonly to: number;
}

/**
 * The phases one after the other, in the order in which most requests have them; those that took no time are left out.
 * A request may wait at several points: its queue is the sum. Runs of one request at the same time are more than it took,
 * and shrink to it.
 */
export function layPhases(phases: RequestPhases, totalMs: number): Phase[] {
  const lengths = [
    ['pre-process', phases.preprocessMs],
    ['queue', phases.queueMs],
    ['run', phases.runMs],
    ['post-process', phases.postprocessMs],
  ] as const;
  const sum = lengths.reduce((total, [, ms]) => total + ms, 0);
  const scale = sum > totalMs ? totalMs / sum : 1;
  const laid: Phase[] = [];
  let from = 0;
  for (const [name, ms] of lengths) {
    const to = Math.min(totalMs, from + ms * scale);
    if (ms > 0) laid.push({ name, from, to });
    from = to;
  }
  return laid;
}

function attributesOf(outcome: RequestOutcome): Attributes {
  const { target, caller, operation } = outcome;
  return {
    'retort.operation': operation,
    'retort.request.id': caller.requestId,
    ...(target && targetAttributes(target)),
    ...(outcome.ok
      ? {
          'retort.rows': outcome.rows,
          'retort.batch.rows': outcome.batchRows,
          'retort.cache.hit': outcome.cacheHit,
        }
      : { 'error.type': outcome.code }),
  };
}

/** Of a span, and of a measurement. */
export function targetAttributes({ deployment, version }: NonNullable<RequestOutcome['target']>): Attributes {
  return {
    ...(deployment && { 'retort.deployment': deployment.name }),
    'retort.model': version.modelName,
    'retort.version': version.number,
  };
}
