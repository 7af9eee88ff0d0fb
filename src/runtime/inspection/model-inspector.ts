import { constants } from 'node:fs';
import { copyFile, rename, stat } from 'node:fs/promises';
import { DomainError } from '../../platform/errors.js';
import { Turnstile } from '../../platform/turnstile.js';
import { InspectorProcess, type InspectionLimits } from './inspector-process.js';
import { stopping, WeightsElsewhere } from './inspection-problems.js';
import type { Inspection } from './inspect-model.js';
import type { InspectorReply, InspectorRequest } from './inspector-messages.js';
import { ModelFolders, type ModelFiles } from '../model-folders.js';
import type { Rewrite } from '../../onnx/index.js';

const IDLE_MS = 10_000;

/** Nearly every model takes less computing; what takes more makes room for the next. */
const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 50;
/** Files beyond it take longer than that in any case, and memory. */
const LARGE_BYTES = 256 * 1024 ** 2;
const SEATS = { quick: 2, slow: 2 } as const;
/** A directory of models is often published at once. */
const WAITING = { quick: 500, slow: 64 } as const;

const MEMORY_BYTES = 2 * 1024 ** 3;
/** A graph that is loaded takes some multiple of its file: weights are laid out anew, and the trial has tensors too. */
const MEMORY_OF_FILE = 6;

export interface InspectorOptions {
  /** How long one model may take to read and load. Default 120 s. */
  timeoutMs?: number;
  /** How long one run on made-up inputs may take then. Default 30 s. */
  trialTimeoutMs?: number;
  /** Memory one model may take, beside six times its file. Default 2 GiB. */
  memoryBytes?: number;
  /** Of computing, after which a model is a slow one. Default 1 s. */
  patienceMs?: number;
  /** Where models lie while they are read; shared with the runners, which load models too. */
  folders?: ModelFolders;
  /** Starts a child process. */
  start?: StartInspector;
}

export type StartInspector = () => InspectorProcess;

export interface InspectionOptions {
  /** Where to write the graph that is loaded in the file's place, should it be another one; not kept when left out. */
  readonly derivedTo?: string;
  /** The rewrites wanted, as of a version that was published with them; all that help when left out. */
  readonly rewrites?: readonly Rewrite[];
  /** Gives the inspection up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads signatures and graph summaries in child processes. A model that crashes or hangs the native runtime costs its
 * child only. Quick ones and slow ones have seats of their own: what takes more than a second of computing goes on at a seat for
 * slow ones while there is one, and else is ended and begun anew when one is free, so that the next never waits behind it
 * for long. A child is kept for a few seconds after the last inspection and never holds the process open while idle.
 */
export class ModelInspector {
  readonly #limits: Pick<InspectionLimits, 'timeoutMs' | 'trialTimeoutMs'>;
  readonly #memoryBytes: number;
  readonly #patienceMs: number;
  readonly #folders: ModelFolders;
  readonly #ownsFolders: boolean;
  readonly #start: StartInspector;
  readonly #quick = new Turnstile('models wait to be read', { atOnce: SEATS.quick, waiting: WAITING.quick });
  readonly #slow = new Turnstile('models wait to be read', { atOnce: SEATS.slow, waiting: WAITING.slow });
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  #idle: InspectorProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: InspectorOptions = {}) {
    const { timeoutMs = 120_000, trialTimeoutMs = 30_000 } = options;
    this.#limits = { timeoutMs, trialTimeoutMs };
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#folders = options.folders ?? new ModelFolders();
    this.#ownsFolders = options.folders === undefined;
    this.#start = options.start ?? (() => new InspectorProcess());
  }

  /**
   * @param files the model's, or its only one
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, STORAGE_FULL, OVERLOADED; UNAVAILABLE once closed; the signal's
   * reason
   */
  async inspect(files: string | ModelFiles, options: InspectionOptions = {}): Promise<Inspection> {
    const { signal } = options;
    const either = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    const inspection = this.#inspect(typeof files === 'string' ? { model: files } : files, options, either);
    this.#underWay.add(inspection);
    try {
      return outcome(await inspection);
    } finally {
      this.#underWay.delete(inspection);
    }
  }

  /** Gives up the inspections under way, if any, and ends the children. */
  async close(): Promise<void> {
    this.#closing.abort(stopping());
    await Promise.allSettled(this.#underWay);
    await this.#takeIdle()?.end();
    if (this.#ownsFolders) await this.#folders.close();
  }

  async #inspect(
    files: ModelFiles,
    { derivedTo, rewrites }: InspectionOptions,
    signal: AbortSignal,
  ): Promise<InspectorReply> {
    signal.throwIfAborted();
    const held = await this.#folders.hold(files);
    // A graph that is loaded in the file's place finds the same data beside it, and nothing else either.
    const derived = await this.#folders.hold({ data: files.data ?? [] });
    try {
      const bytes = await sizeOf(files);
      const request = { path: held.path, derivedTo: derived.path, ...(rewrites && { rewrites }) };
      const attempt = (): Attempt => this.#attempt({ type: 'inspect', ...request }, bytes, signal);
      const quick = bytes > LARGE_BYTES ? undefined : await this.#amongQuick(attempt, signal);
      const reply = quick ?? (await this.#amongSlow(attempt, signal));
      if (reply.type === 'inspected' && reply.derived !== null && derivedTo !== undefined)
        await move(derived.path, derivedTo);
      return reply;
    } finally {
      await Promise.all([held.release(), derived.release()]);
    }
  }

  /** @returns undefined when it is to be begun anew among the slow ones */
  async #amongQuick(attempt: () => Attempt, signal: AbortSignal): Promise<InspectorReply | undefined> {
    await this.#quick.enter(signal);
    let lane = this.#quick;
    try {
      const { reply, isSlow, giveWay, giveUp } = attempt();
      const quick = await unlessSlow(reply, isSlow);
      if (quick !== undefined) return quick;
      if (!this.#slow.tryEnter()) {
        await giveUp();
        return undefined;
      }
      this.#quick.leave();
      lane = this.#slow;
      giveWay();
      return await reply;
    } finally {
      lane.leave();
    }
  }

  async #amongSlow(attempt: () => Attempt, signal: AbortSignal): Promise<InspectorReply> {
    await this.#slow.enter(signal);
    try {
      const { reply, giveWay } = attempt();
      giveWay();
      return await reply;
    } finally {
      this.#slow.leave();
    }
  }

  #attempt(request: InspectorRequest, bytes: number, signal: AbortSignal): Attempt {
    const child = this.#takeIdle() ?? this.#start();
    const abandoned = new AbortController();
    const limits = { ...this.#limits, memoryBytes: this.#memoryBytes + MEMORY_OF_FILE * bytes };
    const either = AbortSignal.any([signal, abandoned.signal]);
    const reply = child.ask(request, limits, either).then(
      (answer) => {
        this.#keep(child);
        return answer;
      },
      async (error: unknown) => {
        await child.end();
        throw error;
      },
    );
    // The caller gave it up and looks at it no more.
    reply.catch(() => undefined);
    return {
      reply,
      isSlow: () => child.computedMs >= this.#patienceMs,
      giveWay: () => child.giveWay(),
      giveUp: async () => {
        abandoned.abort(new Error('the model is read anew later'));
        await reply.catch(() => undefined);
      },
    };
  }

  #keep(child: InspectorProcess): void {
    if (!child.isFresh || this.#idle !== undefined || this.#closing.signal.aborted) {
      void child.end();
      return;
    }
    this.#idle = child;
    this.#idleTimer = setTimeout(() => void this.#takeIdle()?.end(), IDLE_MS).unref();
  }

  #takeIdle(): InspectorProcess | undefined {
    clearTimeout(this.#idleTimer);
    const child = this.#idle;
    this.#idle = undefined;
    // It may have been ended from outside.
    return child?.isFresh === true ? child : undefined;
  }
}

interface Attempt {
  readonly reply: Promise<InspectorReply>;
  readonly isSlow: () => boolean;
  readonly giveWay: () => void;
  readonly giveUp: () => Promise<void>;
}

/** @returns undefined when it turns out to be slow; then it goes on all the same */
async function unlessSlow<T>(work: Promise<T>, isSlow: () => boolean): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<undefined>((resolve) => {
    timer = setInterval(() => {
      if (isSlow()) resolve(undefined);
    }, LOOK_EVERY_MS);
  });
  return Promise.race([work, slow]).finally(() => clearInterval(timer));
}

/** Another device gets a copy. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

async function sizeOf({ model, data = [] }: ModelFiles): Promise<number> {
  const sizes = await Promise.all([model, ...data.map(({ path }) => path)].map((path) => stat(path)));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function outcome(reply: InspectorReply): Inspection {
  switch (reply.type) {
    case 'inspected': {
      const { signature, graph, rewrites, derived, rowProof } = reply;
      return { signature, graph, rewrites, derived, rowProof };
    }
    case 'refused':
      if (reply.missingFiles.length > 0) throw new WeightsElsewhere(reply.message, reply.missingFiles);
      throw new DomainError(reply.code, reply.message);
    case 'failed':
      throw new DomainError('INTERNAL', 'The model could not be read', { cause: new Error(reply.message) });
  }
}
