import { metricsTable } from '../measurement/metrics-table.js';
import { delaneyMetrics, refitMetrics } from './metrics.js';

export const esolCard = `# ESOL: aqueous solubility from structure

## Intended use
A first estimate of how much of a small organic molecule dissolves in water at 25 °C, for ranking and for filtering.
Not for a decision about one compound: half of the estimates are off by more than a factor of four.

## Input and output
- **In**: a molecule as SMILES, \`"CCO"\` or \`{"smiles": "CCO"}\`.
- **Out**: log S, the decadic logarithm of the solubility in mol/L; −2 means 0.01 mol/L.
- **Graph**: \`features\`, FP64 [batch, 4]: Crippen clogP (1), molecular weight (g/mol), rotatable bonds (1), aromatic
  heavy atoms over heavy atoms (1), computed by RDKit; \`log_s\`, FP64 [batch, 1].

## Model
log S = c₀ + c₁ clogP + c₂ MW + c₃ RB + c₄ AP

| version | c₀ | clogP | MW | RB | AP |
| --- | --- | --- | --- | --- | --- |
| 1, Delaney | 0.16 | −0.63 | −0.0062 | 0.066 | −0.74 |
| 2, refit | 0.26121066 | −0.74167395 | −0.00661388 | 0.00345155 | −0.4262484 |

## Source
- Version 1: J. S. Delaney, *ESOL: Estimating Aqueous Solubility Directly from Molecular Structure*, J. Chem. Inf. Comput.
  Sci. 44, 1000–1005 (2004), doi:10.1021/ci034243x. His clogP was Daylight's; here it is RDKit's Crippen clogP.
- Version 2: P. Walters' refit of the same model to the same 1128 molecules with RDKit's descriptors.

## Measured error
On 803 of Delaney's 1128 molecules (DeepChem's copy), most of which the coefficients were fitted to: a fit, not a test on
new molecules. \`bias\` is predicted − measured.

${metricsTable({ '1, Delaney': delaneyMetrics, '2, refit': refitMetrics })}

Delaney's own published predictions, with Daylight's clogP, have rmse 0.896 on the same molecules. On all 1128 the values in
print are 0.910 (published), 1.099 (version 1) and 1.009 (version 2). Random forests and SVMs reach 0.57 to 0.66 on random
splits of this set (J. Cheminf. 12:1, 2020).

## Domain and limits
- Neutral, single organic molecules. A descriptor outside the range of the 803 molecules gives the warning OUT_OF_DOMAIN;
  several fragments (a salt) give MULTIPLE_FRAGMENTS, and the number is then hardly worth anything.
- The bounding box is a coarse test: a molecule within it may still be unlike every molecule of the set.
- No pH, no polymorphs, no temperature: the measured values are of the neutral form near 25 °C.
`;
