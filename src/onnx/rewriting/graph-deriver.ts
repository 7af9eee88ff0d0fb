import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import type { ModelProblemCode } from '../model-problem.js';
import { refusalOf } from '../refusal.js';
import type { Rewrite } from './rewrite.js';

/** Copying a few gigabytes from a slow disk stays below this. */
const LIMIT_MS = 300_000;

export interface DeriveRequest {
  readonly path: string;
  readonly target: string;
  readonly rewrites: readonly Rewrite[];
}

export type DeriveReply =
  | { readonly type: 'derived'; readonly sha256: string }
  | { readonly type: 'refused'; readonly code: ModelProblemCode; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };

/**
 * Writes a version's derived graph anew, in a child process: strange bytes are read, and large files copied.
 *
 * @returns the SHA-256 of what was written
 * @throws DomainError UNSUPPORTED_MODEL, INVALID_MODEL, STORAGE_FULL, UNAVAILABLE, INTERNAL
 */
export async function deriveInChild(request: DeriveRequest): Promise<string> {
  const reply = await ask(request);
  if (reply.type === 'derived') return reply.sha256;
  if (reply.type === 'refused') throw refusalOf(reply.code, reply.message);
  throw new DomainError('INTERNAL', 'The graph of the version could not be written anew', {
    cause: new Error(reply.message),
  });
}

function ask(request: DeriveRequest): Promise<DeriveReply> {
  const child = fork(fileURLToPath(compiledEntry(import.meta.url, './graph-deriver-child.js')), [], {
    // It gets none of the server's secrets.
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise<DeriveReply>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(unreachable());
    }, LIMIT_MS);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.once('message', (reply) => settle(() => resolve(reply as DeriveReply)));
    child.once('exit', () => settle(() => reject(unreachable())));
    child.once('error', (cause) => settle(() => reject(unreachable(cause))));
    child.send(request, (error) => {
      if (error !== null) settle(() => reject(unreachable(error)));
    });
  });
}

function unreachable(cause?: Error): DomainError {
  return new WorkerUnavailable(
    'The process that prepares a model for loading ended or did not answer; try again',
    { cause },
  );
}
