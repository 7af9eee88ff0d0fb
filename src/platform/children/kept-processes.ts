import type { DomainError } from '../errors.js';
import { Turnstile } from '../turnstile.js';
import { KeptProcess, ProcessLost, type KeptProcessKind } from './kept-process.js';

/**
 * One child process of a kind, started when it is first asked and ended when nobody has asked for a while: starting one holds up a
 * large server for tens of milliseconds, and whoever asks once often asks again.
 */
export class KeptProcesses<Question extends object, Reply> {
  private readonly turns: Turnstile;
  private readonly closing = new AbortController();
  private idle: KeptProcess<Question, Reply> | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kind: KeptProcessKind & {
      /** For messages, such as `comparisons of graphs are waiting`. */
      readonly waiting: { readonly what: string; readonly most: number };
      readonly idleMs: number;
      /** What those are told who ask once it is closed. */
      readonly closed: () => DomainError;
    },
  ) {
    this.turns = new Turnstile(kind.waiting.what, { atOnce: 1, waiting: kind.waiting.most });
  }

  /**
   * An aborted question ends the process with it.
   *
   * @throws the kind's errors; DomainError OVERLOADED; the signal's reason
   */
  async ask(question: Question, signal?: AbortSignal): Promise<Reply> {
    const either = signal ? AbortSignal.any([signal, this.closing.signal]) : this.closing.signal;
    const reply = this.turns.pass(either, () => this.askAny(question, either));
    this.last = Promise.allSettled([this.last, reply]);
    try {
      return await reply;
    } catch (error) {
      throw error instanceof ProcessLost ? error.reason : error;
    }
  }

  /** Ends the question under way, if any, and those that wait. */
  async close(): Promise<void> {
    this.closing.abort(this.kind.closed());
    await this.last;
    await this.takeIdle()?.end();
  }

  private async askAny(question: Question, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const idle = this.takeIdle();
    if (idle === undefined) return this.askOne(new KeptProcess(this.kind), question, signal);
    try {
      return await this.askOne(idle, question, signal);
    } catch (error) {
      // It may have been ended before it had read the question: a new one tells whether the question was at fault.
      if (!(error instanceof ProcessLost)) throw error;
      return this.askOne(new KeptProcess(this.kind), question, signal);
    }
  }

  private async askOne(
    child: KeptProcess<Question, Reply>,
    question: Question,
    signal: AbortSignal,
  ): Promise<Reply> {
    let reply: Reply;
    try {
      reply = await child.ask(question, signal);
    } catch (error) {
      await child.end();
      throw error;
    }
    this.keep(child);
    return reply;
  }

  private keep(child: KeptProcess<Question, Reply>): void {
    this.idle = child;
    this.idleTimer = setTimeout(() => void this.takeIdle()?.end(), this.kind.idleMs).unref();
  }

  private takeIdle(): KeptProcess<Question, Reply> | undefined {
    clearTimeout(this.idleTimer);
    const child = this.idle;
    this.idle = undefined;
    // It may have been ended from outside.
    return child?.isReachable === true ? child : undefined;
  }
}
