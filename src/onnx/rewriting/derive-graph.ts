import { rmSync } from 'node:fs';
import { ModelProblem } from '../model-problem.js';
import { checkRewritten } from './check-rewritten.js';
import type { RewritePlan } from './edits.js';
import { planRewrites } from './plan-rewrites.js';
import { rewriteId, type Rewrite } from './rewrite.js';
import { writeRewritten } from './write-rewritten.js';

export interface DerivedGraph extends Pick<RewritePlan, 'rewrites' | 'inputs' | 'outputs'> {
  /** Hexadecimal, of the file that was written. */
  readonly sha256: string;
}

/**
 * Writes the graph that is loaded in an artifact's place, and reads it back to prove that nothing else was changed.
 * Synchronous: for a child process.
 *
 * @param only the rewrites wanted; all when left out
 * @returns null, and nothing is written, when the artifact can be loaded as it is
 * @throws ModelProblem; what writing a file throws
 */
export function deriveGraph(path: string, target: string, only?: readonly Rewrite[]): DerivedGraph | null {
  const { rewrites, edits, inputs, outputs } = planRewrites(path, only);
  if (rewrites.length === 0) return null;
  try {
    const sha256 = writeRewritten(path, edits, target);
    checkRewritten(path, edits, target);
    return { rewrites, inputs, outputs, sha256 };
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

/**
 * The same once more, for a version that was published with these rewrites.
 *
 * @returns the SHA-256 of the file that was written
 * @throws ModelProblem UNSUPPORTED_MODEL when this release no longer makes all of them
 */
export function deriveAgain(path: string, target: string, wanted: readonly Rewrite[]): string {
  const derived = deriveGraph(path, target, wanted);
  const ids = (rewrites: readonly Rewrite[]) => rewrites.map(rewriteId).toSorted().join('\n');
  if (derived !== null && ids(derived.rewrites) === ids(wanted)) return derived.sha256;
  rmSync(target, { force: true });
  throw new ModelProblem(
    'UNSUPPORTED_MODEL',
    'The version was published with rewrites that this release of Retort does not make: publish the artifact again as a new version',
  );
}
