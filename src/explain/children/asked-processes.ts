import { Turnstile } from '../../platform/turnstile.js';
import { DomainError } from '../../platform/errors.js';
import { AskedProcess, ChildRefused } from './asked-process.js';

const WAITING = 64;
/** Whoever explains one prediction often explains the next. */
const IDLE_MS = 30_000;

/** One child process of a kind, started when it is first asked and ended when nobody has asked for a while. */
export class AskedProcesses<Question extends object, Answer> {
  private readonly turns: Turnstile;
  private readonly closing = new AbortController();
  private idle: AskedProcess<Question, Answer> | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param what waits, for messages */
  constructor(
    private readonly entry: URL,
    what: string,
    private readonly heapMegabytes: number,
  ) {
    this.turns = new Turnstile(what, { atOnce: 1, waiting: WAITING });
  }

  /**
   * An aborted question ends the process with it.
   * @throws ChildRefused; DomainError UNSUPPORTED_MODEL, OVERLOADED, UNAVAILABLE, INTERNAL; the signal's reason
   */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    const either = signal ? AbortSignal.any([signal, this.closing.signal]) : this.closing.signal;
    const answer = this.turns.pass(either, () => this.askOne(question, either));
    this.last = Promise.allSettled([this.last, answer]);
    return answer;
  }

  async close(): Promise<void> {
    this.closing.abort(new DomainError('UNAVAILABLE', 'The server is stopping and explains no more'));
    await this.last;
    await this.takeIdle()?.end();
  }

  private async askOne(question: Question, signal: AbortSignal): Promise<Answer> {
    const child = this.takeIdle() ?? new AskedProcess<Question, Answer>(this.entry, this.heapMegabytes);
    try {
      const answer = await child.ask(question, signal);
      this.keep(child);
      return answer;
    } catch (error) {
      if (error instanceof ChildRefused) this.keep(child);
      else await child.end();
      throw error;
    }
  }

  private keep(child: AskedProcess<Question, Answer>): void {
    this.idle = child;
    this.idleTimer = setTimeout(() => void this.takeIdle()?.end(), IDLE_MS).unref();
  }

  private takeIdle(): AskedProcess<Question, Answer> | undefined {
    clearTimeout(this.idleTimer);
    const child = this.idle;
    this.idle = undefined;
    return child?.isReachable === true ? child : undefined;
  }
}
