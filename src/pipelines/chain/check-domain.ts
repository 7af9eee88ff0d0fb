import { QUANTITIES } from './columns.js';
import { isDescriptor, unknownDescriptor } from '../molecules/descriptors.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { Domain, InstanceKind } from '../pipeline-schema.js';

/** Whether each bounded quantity exists for this kind of instance. @throws INVALID_PIPELINE */
export function checkDomain(domain: Domain, kind: InstanceKind): void {
  const faults = new PipelineFaults();
  for (const [name, range] of Object.entries(domain.ranges))
    faults.attempt(() => {
      checkRange(name, range, kind);
    });
  faults.throwIfAny();
}

function checkRange(name: string, { min, max }: Domain['ranges'][string], kind: InstanceKind): void {
  const path = ['domain', 'ranges', name];
  if (kind === 'molecule' ? !isDescriptor(name) : !QUANTITIES[kind].includes(name))
    throw invalidPipeline(
      path,
      kind === 'molecule'
        ? unknownDescriptor(name)
        : `a ${kind} has the quantities ${QUANTITIES[kind].join(', ')}`,
    );
  if (min === undefined && max === undefined) throw invalidPipeline(path, 'a range needs min, max or both');
  if (min !== undefined && max !== undefined && min > max)
    throw invalidPipeline(path, `min ${min} is above max ${max}`);
}
