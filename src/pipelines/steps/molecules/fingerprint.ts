import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';

const MACCS_BITS = 167;
const DEFAULT_BITS = 2048;

const parameters = z.strictObject({
  type: z
    .enum(['morgan', 'rdkit', 'atom-pair', 'topological-torsion', 'pattern', 'maccs'])
    .describe('Which fingerprint; `morgan` of radius 2 is ECFP4.'),
  radius: z.int().min(0).max(6).exactOptional().describe('Of the Morgan environment; only there.'),
  bits: z
    .int()
    .min(16)
    .max(16_384)
    .exactOptional()
    .describe('Length after folding, 2,048 when left out; MACCS keys always have 167.'),
});

export const fingerprint = defineStep({
  name: 'fingerprint',
  group: 'molecules',
  summary:
    'bits: `type` is `morgan` (with `radius`; 2 is ECFP4), `rdkit`, `atom-pair`, `topological-torsion`, `pattern` or `maccs`; `bits` 2,048 by default, MACCS 167',
  parameters,
  takes: ['molecule'],
  gives(given) {
    checkFingerprint(given);
    return { kind: 'numbers', shape: [bitCount(given)], holds: 'bits', unit: '1' };
  },
  molecule: {
    needs: (given) => ({
      fingerprints: [
        {
          type: given.type,
          bits: bitCount(given),
          ...(given.radius === undefined ? {} : { radius: given.radius }),
        },
      ],
    }),
    take: () => (molecule, places) => molecule.fingerprints[places.fingerprints] ?? [],
  },
});

type Fingerprint = z.output<typeof parameters>;

/** How many bits a fingerprint has. */
export function bitCount({ type, bits }: Pick<Fingerprint, 'type' | 'bits'>): number {
  return type === 'maccs' ? MACCS_BITS : (bits ?? DEFAULT_BITS);
}

/** @throws StepFault when parameters contradict each other */
function checkFingerprint({ type, radius, bits }: Fingerprint): void {
  if (type === 'morgan' && radius === undefined)
    throw new StepFault(['radius'], 'a Morgan fingerprint needs its radius (2 is ECFP4)');
  if (type !== 'morgan' && radius !== undefined)
    throw new StepFault(['radius'], `only a Morgan fingerprint has a radius, not "${type}"`);
  if (type === 'maccs' && bits !== undefined && bits !== MACCS_BITS)
    throw new StepFault(['bits'], `MACCS keys have ${MACCS_BITS} bits, got ${bits}`);
}
