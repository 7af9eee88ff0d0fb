import type { Signature } from '../tensors/index.js';
import { parseChain } from './chain/parse-chain.js';
import { checkOwnUnits } from './chain/own-units.js';
import { parseGraph } from './graph/parse-graph.js';
import { isObject } from './instances/describe-value.js';
import type { Pipeline } from './pipeline.js';

/**
 * Reads a declared pipeline and checks it against the signature its graph has: every input is made by steps that fit
 * its datatype and shape, every input and output has a unit.
 *
 * @throws DomainError INVALID_PIPELINE, with the path of the first fault in `field`, and the others in `also`.
 */
export function parsePipeline(pipeline: unknown, signature: Signature): Pipeline {
  return isGraph(pipeline) ? parseGraph(pipeline, signature) : parseChain(pipeline, signature);
}

/** The same for a version that is being published: its units are checked against the quantities' own as well. */
export function parseNewPipeline(pipeline: unknown, signature: Signature): Pipeline {
  const parsed = parsePipeline(pipeline, signature);
  if (parsed.format === 1) checkOwnUnits(parsed);
  return parsed;
}

/** Of format 2, by its number; what has the one instance of format 1 is judged as that, whatever number it bears. */
function isGraph(pipeline: unknown): boolean {
  if (!isObject(pipeline) || pipeline.format !== 2) return false;
  return !(isObject(pipeline.instance) && typeof pipeline.instance.kind === 'string');
}
