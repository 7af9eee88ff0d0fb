import type { DeclaredValue } from '../reading/summary.js';
import type { GraphReading } from '../graph-summary.js';
import { isServed } from '../onnx-types.js';
import { planEdgeCasts } from './cast-edges.js';
import { emptyPlan, type RewritePlan } from './edits.js';
import { readOutline } from './graph-layout.js';
import { planOptionalInputs } from './optional-inputs.js';
import { planZipMapRemoval } from './remove-zip-map.js';
import type { Rewrite } from './rewrite.js';
import { ValueUsers } from './value-users.js';

/** Whether anything in a graph may have to be rewritten before it can be served in full: most need nothing. */
export function mayNeedRewrites({ inputs, outputs, listedInitializers }: GraphReading): boolean {
  const isForeign = ({ type }: DeclaredValue) => !isServed(type);
  return listedInitializers > 0 || inputs.some(isForeign) || outputs.some(isForeign);
}

/**
 * @param only the rewrites wanted; all when left out
 * @throws ModelProblem
 */
export function planRewrites(path: string, only?: readonly Rewrite[]): RewritePlan {
  const source = readOutline(path);
  const users = new ValueUsers(source.outline.graph ?? {});
  const plan = emptyPlan(only);
  planZipMapRemoval(source, users, plan);
  planOptionalInputs(source, path, plan);
  planEdgeCasts(source, path, users, plan);
  return plan;
}
