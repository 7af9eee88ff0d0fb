import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { DomainError } from '../../platform/errors.js';
import { lowerPriority } from '../../platform/children/process-priority.js';
import { ownBytesOf } from '../../platform/children/process-memory.js';
import type { RunnerEnd } from '../runner-lost.js';
import { encodeFrame, FrameTooLarge, type Frame } from './frame.js';
import { FrameReader } from './frame-reader.js';
import { spawnRunner } from './process-spawn.js';
import { endOf } from './verdict.js';

const KEPT_OUTPUT = 2_000;

export interface ProcessListener {
  /** A frame that the child sent. */
  heard(frame: Frame): void;
  /** The child sent what is no frame. @param why from the reader */
  garbled(why: string): void;
  /**
   * The process is gone, and everything it sent before was heard; called once.
   * @param how the rest of a sentence about the process
   */
  ended(how: string, end: RunnerEnd): void;
}

/** A process and the connection to it: frames out, frames in, and how it ended. */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #socket: Duplex;
  #output = '';
  #isGone = false;
  /** Never raised: the system lets only an administrator do that. */
  #priority = 0;

  constructor(maxMemoryBytes: number | undefined, listener: ProcessListener) {
    this.#child = spawnRunner(maxMemoryBytes);
    this.#socket = this.#child.stdio[3] as Duplex;
    const reader = new FrameReader();
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) listener.heard(frame);
      } catch (error) {
        listener.garbled(error instanceof Error ? error.message : String(error));
      }
    });
    // A child that ended while it was written to: its end is told by 'close'.
    this.#socket.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
    });
    const ended = (how: string, end: RunnerEnd = 'CRASHED'): void => {
      if (this.#isGone) return;
      this.#isGone = true;
      listener.ended(how, end);
    };
    // 'close' and not 'exit': answers that were sent before are read first.
    this.#child.once('close', (code, signal) => ended(endOf(code, signal)));
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) ended(`could not be started (${error.message})`, 'NOT_STARTED');
    });
  }

  /** Undefined once it is gone. */
  get pid(): number | undefined {
    return this.#isGone ? undefined : this.#child.pid;
  }

  /** What it wrote last to its standard error. */
  get output(): string {
    return this.#output;
  }

  /** What it holds for itself now; undefined where the system does not tell. */
  get ownBytes(): number | undefined {
    const { pid } = this;
    return pid === undefined ? undefined : ownBytesOf(pid);
  }

  get priority(): number {
    return this.#priority;
  }

  lowerPriority(priority: number): void {
    const { pid } = this;
    if (pid === undefined || priority <= this.#priority) return;
    this.#priority = priority;
    lowerPriority(pid, priority);
  }

  send(chunks: readonly Buffer[]): void {
    if (chunks.length > 1) this.#socket.cork();
    for (const chunk of chunks) this.#socket.write(chunk);
    if (chunks.length > 1) this.#socket.uncork();
  }

  /** The child answers what it was asked before, reads the end, and ends. */
  finish(): void {
    this.#socket.end();
  }

  /** SIGKILL, since a native loop looks at no other signal. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** For `send`. @throws DomainError RUN_FAILED when the tensors are too large for one frame */
export function encoded(frame: Frame): Buffer[] {
  try {
    return encodeFrame(frame);
  } catch (error) {
    if (error instanceof FrameTooLarge)
      throw new DomainError('RUN_FAILED', `The model was not run: ${error.message}`);
    throw error;
  }
}
