import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/platform/package-root.js';

/** Where `npm run examples:train` puts what it trains; these files are part of the repository. */
export const TRAINED = join(packageRoot, 'examples/models');

/** Reads a graph that was trained. */
export function trainedGraph(file: string): () => Uint8Array {
  return () => readFileSync(join(TRAINED, file));
}
