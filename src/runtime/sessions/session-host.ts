import type { InferenceSession as Session } from 'onnxruntime-node';
import { fromRuntimeType } from '../../tensors/index.js';
import { readGraph, type GraphSummary } from '../../onnx/index.js';
import { openCached, writeOptimized, type CachedGraph } from './optimized-graph.js';
import { loadProblem } from './runtime-messages.js';
import { InferenceSession } from './runtime.js';
import { feedsOf } from './runtime-feeds.js';
import { sessionOptions, type SessionSettings } from './session-options.js';
import type { Tensor, TensorValues } from '../../tensors/index.js';

/** What a runner is told to load. */
export interface LoadSpec extends SessionSettings {
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Loaded instead of the file when it is whole. */
  readonly cached?: CachedGraph;
  /** Where to write the optimised graph, if that is worthwhile; nothing is left loaded then. */
  readonly writeTo?: string;
}

export interface LoadOutcome {
  readonly loadMs: number;
  /** What became of the optimised graph on disk; undefined when none was named. */
  readonly cache?: 'HIT' | 'BROKEN';
  /** SHA-256 of the optimised graph that was written. */
  readonly written?: string;
}

/** The sessions of one thread or process. Loading and running hold it until they are done. */
export class SessionHost {
  readonly #sessions = new Map<number, Session>();

  /** @throws ModelProblem */
  async load(session: number, spec: LoadSpec): Promise<LoadOutcome> {
    const { path, cached, writeTo, ...settings } = spec;
    const begun = performance.now();
    if (writeTo !== undefined) {
      const written = await writeOptimized(path, writeTo, settings);
      return { loadMs: performance.now() - begun, ...(written === undefined ? {} : { written }) };
    }
    const known = cached === undefined ? undefined : await openCached(cached, settings);
    this.#sessions.set(session, known ?? (await open(path, settings)));
    return {
      loadMs: performance.now() - begun,
      ...(cached === undefined ? {} : { cache: known === undefined ? 'BROKEN' : 'HIT' }),
    };
  }

  /** @param outputs names of the outputs wanted; null means all */
  async run(
    number: number,
    inputs: readonly Tensor[],
    outputs: readonly string[] | null,
  ): Promise<{ outputs: Tensor[]; inferMs: number }> {
    const session = this.#sessions.get(number);
    if (session === undefined) throw new Error('the session is not loaded');
    const feeds = feedsOf(inputs);
    const begun = performance.now();
    const results = await (outputs === null ? session.run(feeds) : session.run(feeds, outputs));
    const inferMs = performance.now() - begun;
    return {
      outputs: (outputs ?? session.outputNames).map((name) => resultOf(name, results[name])),
      inferMs,
    };
  }

  async release(number: number): Promise<void> {
    const session = this.#sessions.get(number);
    this.#sessions.delete(number);
    await session?.release();
  }
}

async function open(path: string, settings: SessionSettings): Promise<Session> {
  try {
    return await InferenceSession.create(path, sessionOptions(settings));
  } catch (error) {
    throw loadProblem(error, path, summaryOf(path));
  }
}

/** For the message only: what cannot be read is told from the runtime's words alone. */
function summaryOf(path: string): GraphSummary | undefined {
  try {
    return readGraph(path).summary;
  } catch {
    return undefined;
  }
}

function resultOf(name: string, value: Session.ReturnType[string] | undefined): Tensor {
  const datatype = value === undefined ? undefined : fromRuntimeType(value.type);
  if (value === undefined || datatype === undefined) throw new Error(`output "${name}" is no tensor`);
  return { name, datatype, shape: value.dims, data: value.data as TensorValues };
}
