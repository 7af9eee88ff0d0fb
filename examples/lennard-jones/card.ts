import { metricsTable } from '../measurement/metrics-table.js';
import { lennardJonesMetrics } from './metrics.js';

export const lennardJonesCard = `# Lennard-Jones energy

## Intended use
The potential energy of identical particles, for teaching, for checking a simulation code, and as an example of a model with
inputs of variable size.

## Input and output
- **In**: \`{"positions": [[x, y, z], …], "box": 8, "cutoff": 3}\`, lengths in σ. Without \`box\` an open cluster; without
  \`cutoff\` all pairs. 1 to 2,000 particles.
- **Out**: U in ε. For argon ε/k ≈ 120 K and σ ≈ 0.34 nm.
- **Graph**: \`positions\`, FP64 [particles, 3] (σ); \`box\`, FP64 [] (σ, 0: open); \`cutoff\`, FP64 [] (σ, 0: none); \`energy\`,
  FP64 [] (ε).

## Model
U = Σ_{i<j} 4 (r⁻¹² − r⁻⁶), r the distance to the nearest image in a cubic box. A pair at the cutoff or beyond counts
nothing; the potential is cut, not shifted, and no long-range correction is added.

## Source
J. E. Jones, *On the Determination of Molecular Fields. II*, Proc. R. Soc. Lond. A 106, 463 (1924). Reference energies: NIST
Standard Reference Simulation Website, SRSW, Lennard-Jones configuration 4 (30 particles, box 8).

## Measured error
Against NIST's energies, −16.790 (r_c = 3) and −17.060 (r_c = 4), which are given to five digits; the difference is their
rounding.

${metricsTable({ 'r_c = 3': lennardJonesMetrics.slice(0, 1), 'r_c = 4': lennardJonesMetrics.slice(1) })}

## Limits
- The cutoff may be at most half the box, else a particle would meet two images of one neighbour. A box without a cutoff
  counts each pair once, at its nearest image, with the warning NO_CUTOFF.
- Two particles at one place have no finite energy: error NON_FINITE.
- Memory grows with the square of the number of particles: about 0.2 GB for 2,000.
- One kind of particle, cubic boxes, no forces.
`;
