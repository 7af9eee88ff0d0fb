import { similarNames } from '../../platform/similar-names.js';
import { isDescriptor } from '../molecules/descriptors.js';
import { invalidPipeline } from '../pipeline-error.js';
import type { PipelineFaults } from '../pipeline-faults.js';
import type { Domain } from '../pipeline-schema.js';
import type { GraphNodes } from './graph-nodes.js';
import { boundableNames, boundedQuantity, moleculeField, quantitiesOf } from './graph-quantities.js';
import type { DeclaredGraph } from './graph-schema.js';

/** Whether each bounded quantity exists: a number of a field or a step, or a descriptor of the only molecule. */
export function checkGraphDomain(
  { ranges }: Domain,
  { instance }: DeclaredGraph,
  nodes: GraphNodes,
  faults: PipelineFaults,
): void {
  const quantities = quantitiesOf(instance, nodes);
  const hasDescriptors = moleculeField(instance) !== undefined;
  for (const [name, { min, max }] of Object.entries(ranges))
    faults.attempt(() => {
      const path = ['domain', 'ranges', name];
      const exists = boundedQuantity(name, quantities, nodes) ?? (hasDescriptors && isDescriptor(name));
      if (!exists) throw invalidPipeline(path, unknownQuantity(name, boundableNames(quantities, nodes)));
      if (min === undefined && max === undefined)
        throw invalidPipeline(path, 'a range needs min, max or both');
      if (min !== undefined && max !== undefined && min > max)
        throw invalidPipeline(path, `min ${min} is above max ${max}`);
    });
}

function unknownQuantity(name: string, known: readonly string[]): string {
  const near = similarNames(name, known);
  const shown =
    near.length > 0
      ? `the nearest are ${near.join(', ')}`
      : `there are ${known.slice(0, 20).join(', ') || 'none'}`;
  return `no number of this name describes an instance; ${shown}`;
}
