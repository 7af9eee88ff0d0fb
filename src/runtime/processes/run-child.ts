// The entry of a process that holds one session and runs it. It reads its requests and writes its answers by blocking
// calls on one socket, since a run holds the thread anyway: nothing is faster, and when the server ends, by whatever
// cause, the next call says so and this process ends, too.
import { readSync, writeSync, writevSync } from 'node:fs';
import { encodeFrame, type Frame } from './frame.js';
import { FrameReader } from './frame-reader.js';
import { ModelProblem } from '../../onnx/index.js';
import { RUNNER_FD } from './process-spawn.js';
import { ownBytesOf, speaksOfMemory } from '../../platform/children/process-memory.js';
import { cleanRuntimeMessage } from '../sessions/runtime-messages.js';
import { SessionHost, type LoadSpec } from '../sessions/session-host.js';
import { byteLengthOf } from '../../tensors/index.js';

const SESSION = 0;
const RESIDENT_EVERY_MS = 1_000;
/** A run that took longer may have taken a lot of memory; beside it, asking the system costs nothing. */
const TELLING_RUN_MS = 5;

// A Ctrl+C in the terminal, or a service manager, signals every process of the server; this one ends when the server
// has no more use for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const host = new SessionHost();
// One request is answered before the next is read.
const reader = new FrameReader(true);
const chunk = Buffer.allocUnsafeSlow(65_536);
let residentBytes = 0;
let residentAt = -Infinity;

await serve();
await host.release(SESSION);

async function serve(): Promise<void> {
  for (;;) {
    const { room } = reader;
    // What is larger than the chunk is read to where it belongs.
    const direct = room.length >= chunk.length;
    const bytes = readSync(RUNNER_FD, direct ? room : chunk);
    if (bytes === 0) return;
    if (direct) {
      const frame = reader.filled(bytes);
      if (frame !== undefined && !write(await answer(frame))) return;
    } else for (const frame of reader.push(chunk.subarray(0, bytes))) if (!write(await answer(frame))) return;
  }
}

async function answer(request: Frame): Promise<Buffer[]> {
  const { id, kind } = request;
  try {
    switch (kind) {
      case 'load': {
        const outcome = await host.load(SESSION, JSON.parse(request.text) as LoadSpec);
        return encodeFrame({ kind: 'loaded', id, text: JSON.stringify(outcome), second: resident(Infinity) });
      }
      case 'run': {
        const { outputs, inferMs } = await host.run(SESSION, request.tensors, request.names);
        const second = resident(inferMs);
        const limit = request.first;
        if (limit > 0) {
          const bytes = outputs.reduce((sum, { data }) => sum + byteLengthOf(data), 0);
          if (bytes > limit)
            return encodeFrame({ kind: 'failed', id, first: bytes, second, names: ['TOO_LARGE'] });
        }
        return encodeFrame({ kind: 'ran', id, first: inferMs, second, tensors: outputs });
      }
      default:
        throw new Error(`${kind} is no request`);
    }
  } catch (error) {
    if (error instanceof ModelProblem)
      return encodeFrame({ kind: 'refused', id, text: error.message, names: [error.code] });
    const text = cleanRuntimeMessage(error);
    const names = speaksOfMemory(text) ? ['OUT_OF_MEMORY'] : null;
    return encodeFrame({ kind: 'failed', id, second: resident(Infinity), text, names });
  }
}

/** Asking the system costs more than a small run. */
function resident(afterMs: number): number {
  const now = performance.now();
  if (afterMs > TELLING_RUN_MS || now - residentAt > RESIDENT_EVERY_MS) {
    residentAt = now;
    residentBytes = ownBytesOf('self') ?? process.memoryUsage.rss();
  }
  return residentBytes;
}

/** Whether the server is still there. */
function write(chunks: readonly Buffer[]): boolean {
  let left: readonly Buffer[] = chunks;
  try {
    while (left.length > 0) {
      const [first] = left;
      const written = left.length === 1 && first ? writeSync(RUNNER_FD, first) : writevSync(RUNNER_FD, left);
      left = after(left, written);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET'))
      return false;
    throw error;
  }
}

function after(chunks: readonly Buffer[], written: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = written;
  for (const part of chunks) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}
