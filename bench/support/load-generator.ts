import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadOrder, LoadReply, LoadReport } from './load-messages.js';
import { ownedFork, stopped } from './owned.js';

/** Which failures a load may meet. None when left out: the bench fails with the first. */
export type Tolerated = readonly string[];

/** A process that puts load on a server, one order at a time. */
export class LoadGenerator implements AsyncDisposable {
  readonly #child: ChildProcess = ownedFork(fileURLToPath(new URL('load-process.js', import.meta.url)), {
    serialization: 'advanced',
  });

  /** @throws Error when an answer was wrong, lost or refused with a code that is not tolerated. */
  async run(
    order: LoadOrder & { readonly durationMs: number },
    tolerated: Tolerated = [],
  ): Promise<LoadReport> {
    return (await this.start(order, tolerated)).report;
  }

  /** Resolves when the load is on. */
  async start(
    order: LoadOrder,
    tolerated: Tolerated = [],
  ): Promise<{ readonly report: Promise<LoadReport>; stop(): Promise<LoadReport> }> {
    this.#tell({ kind: 'run', order });
    const begun = await this.#reply();
    if (begun.kind === 'failed') throw new Error(begun.message);
    const report = this.#reply().then((reply) => {
      if (reply.kind !== 'done') throw new Error(reply.kind === 'failed' ? reply.message : reply.kind);
      return checked(reply.report, tolerated);
    });
    // Whoever started the load may look at it only later.
    report.catch(() => undefined);
    return {
      report,
      stop: () => {
        this.#tell({ kind: 'stop' });
        return report;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopped(this.#child);
  }

  #tell(command: LoadCommand): void {
    this.#child.send(command);
  }

  async #reply(): Promise<LoadReply> {
    const ended = new AbortController();
    const gone = once(this.#child, 'exit', { signal: ended.signal }).then((): never => {
      throw new Error('A load generator ended in the middle of its work.');
    });
    try {
      const [reply] = (await Promise.race([
        once(this.#child, 'message', { signal: ended.signal }),
        gone,
      ])) as [LoadReply];
      return reply;
    } finally {
      gone.catch(() => undefined);
      ended.abort();
    }
  }
}

function checked(report: LoadReport, tolerated: Tolerated): LoadReport {
  const failures = Object.entries(report.tallies).flatMap(([label, { refused, wrong, lost }]) => [
    ...Object.entries(refused)
      .filter(([code]) => !tolerated.includes(code))
      .map(([code, times]) => `${label}: ${times} × ${code}`),
    ...(wrong > 0 ? [`${label}: ${wrong} wrong answers`] : []),
    ...(lost > 0 ? [`${label}: ${lost} requests without an answer`] : []),
  ]);
  if (failures.length > 0) throw new Error([...failures, ...report.problems].join('\n'));
  if (Object.values(report.tallies).every(({ right }) => right === 0))
    throw new Error('Not one right answer came.');
  return report;
}
