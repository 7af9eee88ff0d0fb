import type { Signature, TensorSpec } from '../../onnx/index.js';
import { withoutNul } from '../texts.js';
import { invalidArchive } from './archive-errors.js';
import { canonicalJson } from './canonical-json.js';
import type { ManifestVersion } from './manifest.js';

/**
 * A signature is read from the graph and never believed. What an older Retort did not read yet may be missing.
 *
 * @throws DomainError ARCHIVE_INVALID
 */
export function checkSignature({ number, signature }: ManifestVersion, graph: Signature): void {
  const read = withoutNul(graph);
  for (const side of ['inputs', 'outputs'] as const)
    if (canonicalJson(signature[side]) !== canonicalJson(known(read[side], signature[side])))
      throw invalidArchive(`the signature of version ${number} is not that of its graph, in its ${side}`);
}

/** Of what the graph says, as much as was said of it. */
function known(specs: readonly TensorSpec[], said: ManifestVersion['signature']['inputs']): TensorSpec[] {
  return specs.map(({ name, datatype, shape, dimensions, unranked }, index) => ({
    name,
    datatype,
    shape,
    ...(dimensions && said[index]?.dimensions && { dimensions }),
    ...(unranked && said[index]?.unranked && { unranked }),
  }));
}
