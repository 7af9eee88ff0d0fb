import { QUANTITIES } from './columns.js';
import { isDescriptor } from './molecules/descriptors.js';
import { invalidPipeline } from './pipeline-error.js';
import type { Domain, InstanceKind } from './pipeline-schema.js';

/** Whether each bounded quantity exists for this kind of instance. @throws INVALID_PIPELINE */
export function checkDomain(domain: Domain, kind: InstanceKind): void {
  for (const [name, { min, max }] of Object.entries(domain.ranges)) {
    const path = ['domain', 'ranges', name];
    if (kind === 'molecule' ? !isDescriptor(name) : !QUANTITIES[kind].includes(name))
      throw invalidPipeline(
        path,
        kind === 'molecule'
          ? 'not a descriptor RDKit computes; expected a name such as clogP, molecularWeight or tpsa'
          : `a ${kind} has the quantities ${QUANTITIES[kind].join(', ')}`,
      );
    if (min === undefined && max === undefined) throw invalidPipeline(path, 'a range needs min, max or both');
    if (min !== undefined && max !== undefined && min > max)
      throw invalidPipeline(path, `min ${min} is above max ${max}`);
  }
}
