import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { childEnvironment } from '../platform/children/child-environment.js';
import { endWithServer } from '../platform/children/orphan-guard.js';
import { ownBytesOf } from '../platform/children/process-memory.js';
import { BACKGROUND_PRIORITY, lowerPriority } from '../platform/children/process-priority.js';
import { DomainError, type ErrorCode } from '../platform/errors.js';
import { packageRoot } from '../platform/package-root.js';
import { converterMessage, type ConverterMessage } from './converter-messages.js';
import { networkPrefix } from './network-namespace.js';
import type { Scratch } from './scratch.js';

const WATCH_EVERY_MS = 200;
/** Of what a framework prints, for the job's log when the converter fails. */
const KEPT_LINES = 15;
const MAX_LINE = 400;
/** Of files on this machine: all but the last part goes. */
const PATHS = /(?<![\w/.])\/(?:[\w.@+-]+\/)+([\w.@+-]+)/g;
/** A line of JSON: the list of packages is the longest part of it. */
const MAX_MESSAGE = 1_048_576;

export interface ConverterLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly fileBytes: number;
}

/** A kind of work that the Python package does. */
export interface ConverterTask<Result> {
  /** In words, as the subject of a sentence: "conversion". */
  readonly noun: string;
  /** What it ends in: an object whose `type` is `result`. */
  readonly result: z.ZodType<Result>;
  /** Of everything that goes wrong without a code of its own. */
  readonly failed: ErrorCode;
  /** By the codes of the package. */
  readonly codes: Readonly<Record<string, ErrorCode>>;
}

export interface ConverterRun<Result> {
  readonly task: ConverterTask<Result>;
  readonly python: string;
  readonly scratch: Scratch;
  /** What is to be done, as the converter reads it. */
  readonly job: Readonly<Record<string, unknown>>;
  readonly limits: ConverterLimits;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number, step: string): void;
  onLog(message: string): void;
}

/**
 * Runs the Python package in a process of its own: without the network, with limits it sets on itself before it imports anything, which
 * are watched from here, and never longer than it may. All its processes have ended when this returns.
 *
 * @throws DomainError the codes of the task; the signal's reason
 */
export async function runConverter<Result>(run: ConverterRun<Result>): Promise<Result> {
  const { limits, python, scratch, signal } = run;
  signal.throwIfAborted();
  const prefix = await networkPrefix();
  await scratch.writeJson('job.json', {
    ...run.job,
    isApart: prefix.length > 0,
    limits: { memoryBytes: limits.memoryBytes, fileBytes: limits.fileBytes },
  });
  const [command, ...args] = [...prefix, python, '-m', 'retort_converters', scratch.path('job.json')];
  const child = spawn(command, args, {
    cwd: scratch.path('work'),
    env: environment(scratch),
    // A group of its own: what it starts in turn is ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Conversing(child, run).outcome();
}

function environment(scratch: Pick<Scratch, 'path'>): Record<string, string> {
  return {
    ...childEnvironment([]),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: scratch.path('work'),
    TMPDIR: scratch.path('work'),
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: join(packageRoot, 'converters'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONWARNINGS: 'ignore',
    CUDA_VISIBLE_DEVICES: '',
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}

/** What is said by one converter until its end. */
class Conversing<Result> {
  private result: { readonly value: Result } | null = null;
  private failure: Error | null = null;
  private readonly printed: string[] = [];

  constructor(
    private readonly child: ChildProcess,
    private readonly run: ConverterRun<Result>,
  ) {}

  async outcome(): Promise<Result> {
    const { child, run } = this;
    const { limits, signal, task } = run;
    const ended = once(child, 'close').catch((error: unknown) => {
      this.fail(new DomainError(task.failed, 'The converter could not be started.', { cause: error }));
    });
    if (child.pid !== undefined) {
      endWithServer(child);
      lowerPriority(child.pid, BACKGROUND_PRIORITY);
    }
    const onAbort = () => this.fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => this.fail(tooLong(task, limits.timeoutMs)), limits.timeoutMs);
    const watch = setInterval(() => {
      const own = child.pid === undefined ? undefined : ownBytesOf(child.pid);
      if (own !== undefined && own > limits.memoryBytes) this.fail(tooLarge(task, limits.memoryBytes));
    }, WATCH_EVERY_MS);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.keep(line));
    try {
      await ended;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener('abort', onAbort);
      this.endAll();
    }
    if (this.failure !== null) throw this.failure;
    if (this.result !== null) return this.result.value;
    this.tellPrinted();
    throw crashed(task, child, limits.memoryBytes);
  }

  private hear(line: string): void {
    if (this.failure !== null) return;
    const { task } = this.run;
    const message = line.length > MAX_MESSAGE ? null : parsed(line, task);
    if (message === null) {
      this.fail(new DomainError(task.failed, 'The converter said something that nobody understands.'));
      return;
    }
    if ('value' in message) {
      this.result = message;
      return;
    }
    switch (message.type) {
      case 'progress':
        this.run.onLog(`${message.step}.`);
        this.run.onProgress(message.done, message.total, message.step);
        return;
      case 'log':
        this.run.onLog(this.own(message.message));
        return;
      case 'error':
        if (message.code === 'FAILED' || message.code === 'OUT_OF_MEMORY') this.tellPrinted();
        this.fail(
          message.code === 'OUT_OF_MEMORY'
            ? tooLarge(task, this.run.limits.memoryBytes)
            : new DomainError(task.codes[message.code] ?? task.failed, this.own(message.message)),
        );
    }
  }

  private keep(line: string): void {
    this.printed.push(line.slice(0, MAX_LINE));
    if (this.printed.length > KEPT_LINES) this.printed.shift();
  }

  private tellPrinted(): void {
    for (const line of this.printed) if (line.trim() !== '') this.run.onLog(this.own(line));
  }

  /** The first reason counts. SIGKILL, since a native loop looks at no other signal. */
  private fail(reason: unknown): void {
    this.failure ??= reason instanceof Error ? reason : new Error('The run was ended', { cause: reason });
    this.endAll();
  }

  private endAll(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The whole group has ended.
    }
  }

  /** Without paths of this machine. */
  private own(text: string): string {
    return text.replaceAll(PATHS, '…/$1').replaceAll('\0', '');
  }
}

function parsed<Result>(
  line: string,
  { result }: ConverterTask<Result>,
): ConverterMessage | { readonly value: Result } | null {
  try {
    const said: unknown = JSON.parse(line);
    const isResult = typeof said === 'object' && said !== null && 'type' in said && said.type === 'result';
    return isResult ? { value: result.parse(said) } : converterMessage.parse(said);
  } catch {
    return null;
  }
}

type Told = Pick<ConverterTask<unknown>, 'noun' | 'failed'>;

function tooLong({ noun, failed }: Told, timeoutMs: number): DomainError {
  return new DomainError(
    failed,
    `The ${noun} took longer than ${timeoutMs / 1000} s and was ended. Should it need more, the operator raises RETORT_CONVERTER_MS.`,
  );
}

function tooLarge({ noun, failed }: Told, memoryBytes: number): DomainError {
  return new DomainError(
    failed,
    `The ${noun} needs more memory than the ${memoryBytes} bytes it may take, and was ended. The operator can raise RETORT_CONVERTER_MEMORY_BYTES.`,
  );
}

/** A native library that gets no memory ends its process, without a word. */
function crashed({ failed }: Told, { exitCode, signalCode }: ChildProcess, memoryBytes: number): DomainError {
  return new DomainError(
    failed,
    `The converter ended without an answer (${signalCode ?? `exit code ${exitCode ?? 'unknown'}`}). The model may be damaged, or need more than the ${memoryBytes} bytes of memory that it may take. The job's log has what it printed.`,
  );
}
