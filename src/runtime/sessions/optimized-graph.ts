import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { InferenceSession as Session } from 'onnxruntime-node';
import { fileSha256 } from '../../platform/children/file-sha256.js';
import { InferenceSession } from './runtime.js';
import { sessionOptions, type SessionSettings } from './session-options.js';

/** An optimised graph on disk, and the SHA-256 it must have. */
export interface CachedGraph {
  readonly path: string;
  readonly sha256: string;
  /** Its path in the cache, where that is another: it is loaded from a folder of its own. */
  readonly stored?: string;
}

/** An optimised graph is kept only if it loads in less than this share of the time, and saves this much. */
const WORTHWHILE_SHARE = 0.7;
const WORTHWHILE_MS = 50;

/** @returns undefined when the file is not what was written, or the runtime refuses it */
export async function openCached(
  cached: CachedGraph,
  settings: SessionSettings,
): Promise<Session | undefined> {
  try {
    if (fileSha256(cached.path) !== cached.sha256) return undefined;
    // It is what the optimisation made; doing it again would cost the time that is to be saved.
    return await InferenceSession.create(
      cached.path,
      sessionOptions({ ...settings, optimization: 'DISABLED' }),
    );
  } catch {
    return undefined;
  }
}

/**
 * Writes the graph as the runtime optimises it, and finds out whether loading that is quicker, checking it included.
 * @param target where to write; left empty when it is not worthwhile, or cannot be written
 * @returns the SHA-256 of what was written
 */
export async function writeOptimized(
  path: string,
  target: string,
  settings: SessionSettings,
): Promise<string | undefined> {
  let sha256: string | undefined;
  try {
    await (
      await InferenceSession.create(path, { ...sessionOptions(settings), optimizedModelFilePath: target })
    ).release();
    const direct = await timed(() => InferenceSession.create(path, sessionOptions(settings)));
    sync(target);
    const written = fileSha256(target);
    const cached = await timed(() => openCached({ path: target, sha256: written }, settings));
    if (cached < Math.min(direct * WORTHWHILE_SHARE, direct - WORTHWHILE_MS)) sha256 = written;
  } catch {
    // A full disk, most likely: the graph works without.
  }
  if (sha256 === undefined) rmSync(target, { force: true });
  return sha256;
}

async function timed(open: () => Promise<Session | undefined>): Promise<number> {
  const begun = performance.now();
  const session = await open();
  const took = performance.now() - begun;
  await session?.release();
  return session === undefined ? Infinity : took;
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
