import { rewriteId, type Rewrite } from '../../onnx/index.js';
import { type Inspection } from '../../runtime/index.js';
import { type TensorSpec } from '../../tensors/index.js';
import { withoutNul } from '../../catalog/index.js';
import { invalidArchive } from './archive-errors.js';
import { canonicalJson } from './canonical-json.js';
import type { ManifestVersion } from './manifest.js';

/**
 * A signature is read from the graph, derived from the artifact as the version says, and never believed. What an older
 * Retort did not read yet may be missing.
 *
 * @throws DomainError ARCHIVE_INVALID
 */
export function checkSignature(
  { number, signature, rewrites = [] }: ManifestVersion,
  inspection: Pick<Inspection, 'signature' | 'rewrites'>,
): void {
  const ids = (list: readonly Rewrite[]) => canonicalJson(list.map(rewriteId).toSorted());
  if (ids(rewrites) !== ids(withoutNul(inspection.rewrites)))
    throw invalidArchive(`the rewrites of version ${number} are not what its graph needs`);
  const read = withoutNul(inspection.signature);
  for (const side of ['inputs', 'outputs'] as const)
    if (canonicalJson(signature[side]) !== canonicalJson(known(read[side], signature[side])))
      throw invalidArchive(`the signature of version ${number} is not that of its graph, in its ${side}`);
}

/** Of what the graph says, as much as was said of it. */
function known(specs: readonly TensorSpec[], said: ManifestVersion['signature']['inputs']): TensorSpec[] {
  return specs.map(({ name, datatype, shape, dimensions, unranked, ...derived }, index) => ({
    name,
    datatype,
    shape,
    ...derived,
    ...(dimensions && said[index]?.dimensions && { dimensions }),
    ...(unranked && said[index]?.unranked && { unranked }),
  }));
}
