import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace';
import type { TraceContext } from '../security/index.js';

type Ids = Pick<TraceContext, 'traceId' | 'spanId'>;

/** Gives the next span the ids that its request had from the start: the log and engines elsewhere know them already. */
export class GivenIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private readonly taken = new WeakSet<TraceContext>();
  private given: Ids | null = null;

  /** The ids for a request of this trace. An operation may ask several models: only the first has the span's id given. */
  take(trace: TraceContext | undefined): Ids {
    if (!trace) return { traceId: this.random.generateTraceId(), spanId: this.random.generateSpanId() };
    if (this.taken.has(trace)) return { traceId: trace.traceId, spanId: this.random.generateSpanId() };
    this.taken.add(trace);
    return trace;
  }

  next(ids: Ids): void {
    this.given = ids;
  }

  readonly generateSpanId = (): string => this.given?.spanId ?? this.random.generateSpanId();

  /** Called after `generateSpanId`, and only for a span without a parent. */
  readonly generateTraceId = (): string => this.given?.traceId ?? this.random.generateTraceId();

  /** The spans that follow have ids of their own. */
  done(): void {
    this.given = null;
  }
}
