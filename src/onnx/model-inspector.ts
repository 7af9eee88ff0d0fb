import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../platform/compiled-entry.js';
import { DomainError } from '../platform/errors.js';
import type { Inspection } from './inspect-model.js';
import type {
  InspectorReady,
  InspectorReply,
  InspectorRequest,
  InspectorTrial,
} from './inspector-messages.js';

const idleMs = 10_000;

export interface InspectorOptions {
  /** How long one model may take to read and load. Default 120 s. */
  timeoutMs?: number;
  /** How long one run on made-up inputs may take then. Default 30 s. */
  trialTimeoutMs?: number;
}

/**
 * Reads signatures and graph summaries in a child process, one model at a time. A model that crashes or hangs the
 * native runtime costs that child only; the next inspection starts a fresh one. The child is kept for a few seconds
 * after the last inspection and never holds the process open while idle.
 */
export class ModelInspector {
  readonly #timeoutMs: number;
  readonly #trialTimeoutMs: number;
  /** Children that have said they are ready. */
  readonly #ready = new WeakSet<ChildProcess>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: InspectorOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#trialTimeoutMs = options.trialTimeoutMs ?? 30_000;
  }

  /** @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL; UNAVAILABLE once closed */
  async inspect(path: string): Promise<Inspection> {
    const inspection = this.#last.then(() => this.#inspect(path));
    this.#last = inspection.catch(() => undefined);
    return inspection;
  }

  /** Waits for the inspection under way, if any, and ends the child. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#end();
  }

  async #inspect(path: string): Promise<Inspection> {
    if (this.#closed) throw new DomainError('UNAVAILABLE', 'The server is stopping and reads no more models');
    clearTimeout(this.#idle);
    const child = (this.#child ??= this.#start());
    try {
      return outcome(await this.#ask(child, { type: 'inspect', path }));
    } finally {
      child.unref();
      child.channel?.unref();
      this.#idle = setTimeout(() => void this.#end(), idleMs).unref();
    }
  }

  async #ask(child: ChildProcess, request: InspectorRequest): Promise<InspectorReply> {
    child.ref();
    child.channel?.ref();
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        act();
      };
      const onMessage = (message: unknown) => {
        const reply = message as InspectorReply | InspectorReady | InspectorTrial;
        if (reply.type === 'ready') this.#ready.add(child);
        else if (reply.type === 'trial') {
          clearTimeout(timer);
          timer = setTimeout(() => giveUp(hungInTrial(this.#trialTimeoutMs)), this.#trialTimeoutMs);
        } else settle(() => resolve(reply));
      };
      const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
        settle(() => reject(this.#ready.has(child) ? crashed(code, signal) : unreachable()));
      };
      const onError = (cause: Error) => {
        this.#forget(child);
        settle(() => reject(unreachable(cause)));
      };
      const giveUp = (reason: DomainError) => {
        this.#forget(child);
        // SIGKILL, since a native loop looks at no other signal.
        child.kill('SIGKILL');
        settle(() => reject(reason));
      };
      let timer = setTimeout(() => giveUp(hung(this.#timeoutMs)), this.#timeoutMs);
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(request, (error) => {
        if (error !== null) onError(error);
      });
    });
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(compiledEntry(import.meta.url, './inspector-child.js')), [], {
      // Strange bytes are read there, so it gets none of the server's secrets.
      env: { ORT_DISABLE_TELEMETRY: '1' },
      execArgv: [],
      // 'advanced' carries bigint.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.once('exit', () => this.#forget(child));
    // Whoever waits for it hears it too; unheard by anyone it would end the server.
    child.on('error', () => this.#forget(child));
    return child;
  }

  #forget(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    if (child?.connected !== true) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    // Unref'd while idle; now its end is waited for.
    child.ref();
    child.disconnect();
    await exited;
  }
}

function outcome(reply: InspectorReply): Inspection {
  switch (reply.type) {
    case 'inspected':
      return { signature: reply.signature, graph: reply.graph, rowProof: reply.rowProof };
    case 'refused':
      throw new DomainError(reply.code, reply.message);
    case 'failed':
      throw new DomainError('INTERNAL', 'The model could not be read', { cause: new Error(reply.message) });
  }
}

function crashed(code: number | null, signal: NodeJS.Signals | null): DomainError {
  return new DomainError(
    'INVALID_MODEL',
    `Loading the model, or running it once on made-up inputs, crashed the ONNX runtime (${signal ?? `exit code ${code ?? 'unknown'}`}), in a process of its own: the file is damaged or needs more memory than there is; check it with onnx.checker.check_model(model, full_check=True)`,
  );
}

function unreachable(cause?: Error): DomainError {
  const message = 'The process that reads models could not be started or reached; try again';
  return new DomainError('UNAVAILABLE', message, { cause });
}

function hung(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the model to load within ${timeoutMs / 1000} s, got no answer; simplify the graph (constants may be folded beforehand) and send it again`,
  );
}

function hungInTrial(timeoutMs: number): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected one run on made-up inputs (every variable dimension 1, every value 1) to end within ${timeoutMs / 1000} s, got no answer: the graph may loop for ever, or be too large for this machine`,
  );
}
