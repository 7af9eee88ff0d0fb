import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import {
  canonicalDescriptor,
  DESCRIPTOR_NAMES,
  type DescriptorName,
  descriptorUnit,
  isDescriptor,
  unknownDescriptor,
} from '../../molecules/descriptors.js';

const name = z
  .custom<DescriptorName>((given) => typeof given === 'string' && isDescriptor(given), {
    error: ({ input }) => unknownDescriptor(input),
  })
  .meta({ type: 'string', enum: [...DESCRIPTOR_NAMES] });

export const descriptors = defineStep({
  name: 'descriptors',
  group: 'molecules',
  summary: 'one column for each of `names`, as RDKit computes them',
  parameters: z.strictObject({
    names: z.array(name).min(1).max(256).describe('Names of descriptors; the columns have this order.'),
  }),
  takes: ['molecule'],
  gives({ names }) {
    const units = names.map(descriptorUnit);
    const [first = '1'] = units;
    return {
      kind: 'numbers',
      shape: [names.length],
      holds: units.every((unit) => unit === '1') && names.every(isCount) ? 'whole' : 'real',
      names,
      unit: units.every((unit) => unit === first) ? first : units,
    };
  },
  molecule: {
    needs: ({ names }) => ({ descriptors: names.map(canonicalDescriptor) }),
    take({ names }) {
      const count = names.length;
      return (molecule, places) => molecule.descriptors.slice(places.descriptors, places.descriptors + count);
    },
  },
});

/** RDKit's counts of atoms, bonds and rings. */
function isCount(given: DescriptorName): boolean {
  const canonical = canonicalDescriptor(given);
  return canonical.startsWith('Num') || canonical.startsWith('lipinski');
}
