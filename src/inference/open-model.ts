import type { VersionRecord } from '../catalog/index.js';
import type { OutOfDomainPolicy, RowVerdict } from '../deployments/index.js';
import { AnswerTooLarge } from '../runtime/index.js';
import { byteLengthOf, checkInputs, rowsOf, type Tensor } from '../tensors/index.js';
import type { BatchedResult } from './batcher.js';
import type { Hold } from './hold.js';
import { Attempts } from './lost-run.js';
import type { Lifetime } from './deadline.js';
import { tensorKeeping, tensorQuestion, valueKeeping, jsonQuestion } from './kept-answers.js';
import type { Asker, Keeping, ResponseCache } from './response-cache.js';

/** A model that is held for one request; may be asked several times. */
export interface OpenModel {
  readonly version: VersionRecord;
  /** Whether the answer to a row depends on that row alone. */
  readonly rows: RowVerdict;
  /** What an instance outside of the version's domain of applicability gets. */
  readonly outOfDomain: OutOfDomainPolicy;
  /** Aborts when the request's time is over or its caller gone: work that can stop should. */
  readonly signal: AbortSignal;
  /** When that will be, as `performance.now()`; Infinity when that is unknown. */
  readonly endsAt: number;
  /** @throws DomainError INVALID_TENSOR, INVALID_ARGUMENT, RUN_FAILED, DEADLINE_EXCEEDED, UNAVAILABLE */
  infer(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<Tensor[]>;
  /**
   * What this model answered to the same question before, where its deployment remembers answers; else what `compute`
   * finds, using the model it is given, which may work for several callers who asked the same.
   *
   * @param question JSON, compared exactly
   * @param lasts whether an answer would be the same another time
   */
  remembered<T>(
    question: unknown,
    lasts: (answer: T) => boolean,
    compute: (model: OpenModel) => Promise<T>,
  ): Promise<T>;
}

/** Where a request's time went, and what it used. */
export class Account {
  private readonly openedAt = performance.now();
  private answeredAt = this.openedAt;
  /** From holding the model to asking it: reading the inputs. Null while it was not asked. */
  inputMs: number | null = null;
  /** Inside the runtime. */
  inferMs = 0;
  /** Between asking the model and its answer. */
  askedMs = 0;
  /** Of the largest run. */
  batchRows = 0;
  /** This request's share of the runs. */
  executions = 0;
  cacheHits = 0;
  cacheMisses = 0;
  /** Looking for answers, and waiting for those that others asked for. */
  cacheMs = 0;

  /** Since the model's last answer: making an answer of its outputs. */
  get outputMs(): number {
    return performance.now() - this.answeredAt;
  }

  asked(begun: number): void {
    this.inputMs ??= begun - this.openedAt;
    this.answeredAt = performance.now();
    this.askedMs += this.answeredAt - begun;
  }

  /** True when all it asked was answered without a run of its own. */
  get cacheHit(): boolean {
    return this.cacheHits > 0 && this.cacheMisses === 0;
  }
}

export class HeldModel implements OpenModel {
  /** A run of it was shared with rows that others sent. */
  private hasShared = false;

  readonly version: VersionRecord;
  readonly rows: RowVerdict;
  readonly outOfDomain: OutOfDomainPolicy;

  constructor(
    about: Pick<OpenModel, 'version' | 'rows' | 'outOfDomain'>,
    private readonly hold: Hold,
    private readonly asker: Asker,
    private readonly account: Account,
    private readonly maxAnswerBytes: number,
    private readonly remembers = true,
  ) {
    this.version = about.version;
    this.rows = about.rows;
    this.outOfDomain = about.outOfDomain;
  }

  get signal(): AbortSignal {
    return this.asker.lifetime.signal;
  }

  get endsAt(): number {
    return this.asker.lifetime.endsAt;
  }

  infer(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<Tensor[]> {
    return this.cache === null
      ? this.run(inputs, outputs, this.asker.lifetime)
      : this.inferOnce(inputs, outputs);
  }

  private async inferOnce(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<Tensor[]> {
    // Inputs that the signature refuses are refused before the cache is asked.
    checkInputs(this.version.signature, inputs, outputs);
    const held = this.withoutCache(this.asker.lifetime);
    return this.find(
      () => tensorQuestion(inputs, outputs),
      { ...tensorKeeping, lasts: () => held.mayBeKept },
      async (lifetime) => held.run(inputs, outputs, lifetime),
    );
  }

  async remembered<T>(
    question: unknown,
    lasts: (answer: T) => boolean,
    compute: (model: OpenModel) => Promise<T>,
  ): Promise<T> {
    if (this.cache === null) return compute(this);
    let held: HeldModel | undefined;
    return this.find(
      () => jsonQuestion(question),
      valueKeeping((answer: T) => held?.mayBeKept !== false && lasts(answer)),
      async (lifetime) => compute((held = this.withoutCache(lifetime))),
    );
  }

  private async find<T, Kept extends object>(
    question: () => string,
    keeping: Keeping<T, Kept>,
    compute: (lifetime: Lifetime) => Promise<T>,
  ): Promise<T> {
    const { account, asker, cache } = this;
    const begun = performance.now();
    const key = question();
    const keyMs = performance.now() - begun;
    if (cache === null) return compute(asker.lifetime);
    const { answer, hit } = await cache.find(key, asker, keeping, compute);
    if (hit) {
      const waitedMs = performance.now() - begun;
      account.cacheHits += 1;
      account.cacheMs += waitedMs;
      account.askedMs += waitedMs;
    } else {
      account.cacheMisses += 1;
      account.cacheMs += keyMs;
    }
    return answer;
  }

  /** Checks names, types and shapes before the queue: the runtime ignores unknown names and fails late. */
  private async run(
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    lifetime: Lifetime,
  ): Promise<Tensor[]> {
    checkInputs(this.version.signature, inputs, outputs);
    const { account, maxAnswerBytes } = this;
    // Running hands the arrays over; their shapes stay.
    const rows = rowsOf(inputs) ?? 1;
    const begun = performance.now();
    const result = await this.runOnSomething(inputs, outputs, lifetime);
    account.asked(begun);
    checkAnswerSize(result.outputs, maxAnswerBytes);
    account.inferMs += result.inferMs;
    this.hasShared ||= result.batchRows > rows;
    account.batchRows = Math.max(account.batchRows, result.batchRows);
    account.executions += result.batchRows === 0 ? 1 : rows / result.batchRows;
    return result.outputs;
  }

  /** On another process, or on the model that takes the place of a lost one, when the request is not to blame. */
  private async runOnSomething(
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    lifetime: Lifetime,
  ): Promise<BatchedResult> {
    const { hold } = this;
    const { priority } = this.asker;
    let attempts: Attempts | null = null;
    for (;;) {
      const { model, queue } = hold;
      try {
        const suspect = attempts?.alone ?? false;
        return await queue.batcher.run(inputs, outputs, { priority, lifetime, suspect });
      } catch (error) {
        (attempts ??= new Attempts()).failed(error);
        if (model.lost) await hold.renew(model, lifetime, error);
      }
    }
  }

  private get cache(): ResponseCache | null {
    return this.remembers ? this.hold.queue.cache : null;
  }

  /** What was computed beside others' rows is kept only where it is proven that they had no part in it. */
  private get mayBeKept(): boolean {
    return this.rows.independence === 'PROVEN' || !this.hasShared;
  }

  private withoutCache(lifetime: Lifetime): HeldModel {
    const asker = { priority: this.asker.priority, lifetime };
    return new HeldModel(this, this.hold, asker, this.account, this.maxAnswerBytes, false);
  }
}

function checkAnswerSize(outputs: readonly Tensor[], limit: number): void {
  const bytes = outputs.reduce((sum, { data }) => sum + byteLengthOf(data), 0);
  if (bytes > limit) throw new AnswerTooLarge(bytes, limit);
}
