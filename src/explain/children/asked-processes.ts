import { KeptProcesses } from '../../platform/children/kept-processes.js';
import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';

const WAITING = 64;
/** Whoever explains one prediction often explains the next. */
const IDLE_MS = 30_000;

/** What a child answers, or why it cannot: the message is a whole sentence for the caller. */
export type ChildReply<Answer> =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };

/** The child refused: the graph is not one that it can do this for. */
export class ChildRefused extends Error {}

/** Child processes that read graphs and calculate. */
export class AskedProcesses<Question extends object, Answer> {
  private readonly processes: KeptProcesses<Question, ChildReply<Answer>>;

  /** @param what waits, for messages */
  constructor(entry: URL, what: string, heapMegabytes: number) {
    this.processes = new KeptProcesses({
      entry,
      heapMegabytes,
      waiting: { what, most: WAITING },
      idleMs: IDLE_MS,
      closed: () => new DomainError('UNAVAILABLE', 'The server is stopping and explains no more'),
      ended: () =>
        new DomainError(
          'UNSUPPORTED_MODEL',
          'The process that looks into the graph ended at work: the graph is too large for it. Use KERNEL_SHAP, which asks the model only.',
        ),
      unreachable: (cause) =>
        new WorkerUnavailable('The process that looks into graphs could not be started or reached; try again', { cause }), // prettier-ignore
    });
  }

  /**
   * An aborted question ends the process with it.
   * @throws ChildRefused; DomainError UNSUPPORTED_MODEL, OVERLOADED, UNAVAILABLE, INTERNAL; the signal's reason
   */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    const reply = await this.processes.ask(question, signal);
    if (reply.type === 'answer') return reply.answer;
    if (reply.type === 'refused') throw new ChildRefused(reply.message);
    throw new DomainError('INTERNAL', 'The graph could not be looked into', {
      cause: new Error(reply.message),
    });
  }

  close(): Promise<void> {
    return this.processes.close();
  }
}
