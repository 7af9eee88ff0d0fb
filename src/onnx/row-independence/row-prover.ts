import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import { BACKGROUND_PRIORITY, lowerPriority } from '../../platform/children/process-priority.js';
import { ROW_RULES, type HeldInput, type RowProof } from './row-proof.js';
import type { RowProverReply, RowProverRequest } from './row-prover-messages.js';

const HEAP_MEGABYTES = 768;
const TIMEOUT_MS = 60_000;

/**
 * Follows rows through a stored graph, in a process of its own for each: only graphs that were published before there
 * were the present rules come here, once. A graph that is too much for it is not proven.
 *
 * @throws DomainError UNAVAILABLE when the process cannot be started, INTERNAL when the file cannot be read
 */
export class RowProver {
  prove(path: string, held: readonly HeldInput[] = []): Promise<RowProof> {
    const child = fork(fileURLToPath(compiledEntry(import.meta.url, './row-prover-child.js')), [], {
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    if (child.pid !== undefined) lowerPriority(child.pid, BACKGROUND_PRIORITY);
    const answer = new Promise<RowProof>((resolve, reject) => {
      child.once('message', (message) => {
        const reply = message as RowProverReply;
        if ('proof' in reply) resolve(reply.proof);
        else reject(new DomainError('INTERNAL', 'The stored graph could not be read', { cause: new Error(reply.failure) })); // prettier-ignore
      });
      child.once('exit', () => resolve(tooMuch()));
      child.once(
        'error',
        (cause) =>
        reject(new WorkerUnavailable('The process that follows rows could not be started; try again', { cause })), // prettier-ignore
      );
      const timer = setTimeout(() => resolve(tooMuch()), TIMEOUT_MS).unref();
      child.once('exit', () => clearTimeout(timer));
      child.send({ path, held } satisfies RowProverRequest, (error) => {
        if (error !== null) child.emit('error', error);
      });
    });
    return answer.finally(() => child.kill('SIGKILL'));
  }
}

function tooMuch(): RowProof {
  return { rules: ROW_RULES, proven: false, reason: 'The graph is too large to be followed', tables: {} };
}
