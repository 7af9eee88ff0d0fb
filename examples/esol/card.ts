import { metricsList, metricsTable } from '../measurement/metrics-table.js';
import { delaneyMetrics, refitMetrics, treesMetrics } from './metrics.js';

export const esolCard = `# ESOL: aqueous solubility from structure

## Intended use
A first estimate of how much of a small organic molecule dissolves in water at 25 °C, for ranking and for filtering.
Not for a decision about one compound: half of the estimates of version 3 are off by more than a factor of two and a half, of
versions 1 and 2 of four.

## Input and output
- **In**: a molecule as SMILES, \`"CCO"\` or \`{"smiles": "CCO"}\`.
- **Out**: log S, the decadic logarithm of the solubility in mol/L; −2 means 0.01 mol/L.
- **Graph**, version 3: \`features\`, FP32 [batch, 211]: 44 descriptors and the 167 bits of the MACCS keys, computed by RDKit;
  \`log_s\`, FP32 [batch, 1].
- **Graph**, versions 1 and 2: \`features\`, FP64 [batch, 4]: Crippen clogP (1), molecular weight (g/mol), rotatable bonds (1),
  aromatic heavy atoms over heavy atoms (1); \`log_s\`, FP64 [batch, 1].

## Model
Version 3: 400 boosted regression trees of depth 4 (Friedman's stochastic gradient boosting, scikit-learn), trained on 803 of
Delaney's molecules. Versions 1 and 2: log S = c₀ + c₁ clogP + c₂ MW + c₃ RB + c₄ AP

| version | c₀ | clogP | MW | RB | AP |
| --- | --- | --- | --- | --- | --- |
| 1, Delaney | 0.16 | −0.63 | −0.0062 | 0.066 | −0.74 |
| 2, refit | 0.26121066 | −0.74167395 | −0.00661388 | 0.00345155 | −0.4262484 |

## Source
- Version 1: J. S. Delaney, *ESOL: Estimating Aqueous Solubility Directly from Molecular Structure*, J. Chem. Inf. Comput.
  Sci. 44, 1000–1005 (2004), doi:10.1021/ci034243x. His clogP was Daylight's; here it is RDKit's Crippen clogP.
- Version 2: P. Walters' refit of the same model to the same 1128 molecules with RDKit's descriptors.

- Version 3: \`npm run examples:train\` in this project, which says how in docs/SCIENCE.md.

## Measured error
On 803 of Delaney's 1128 molecules (DeepChem's copy). For version 3 it is the error of models that had not seen the molecule
(the first of five cross-validations); for versions 1 and 2, whose coefficients most of the molecules were fitted by, it is a
fit and not a test. \`bias\` is predicted − measured.

${metricsTable({ '1, Delaney': delaneyMetrics, '2, refit': refitMetrics, '3, trees': treesMetrics })}

Version 3 beside that:

${metricsList(treesMetrics, delaneyMetrics.length)}

Delaney's own published predictions, with Daylight's clogP, have rmse 0.896 on the same molecules. On all 1128 the values in
print are 0.910 (published), 1.099 (version 1) and 1.009 (version 2). Random forests and SVMs reach 0.57 to 0.66 on random
splits of this set (J. Cheminf. 12:1, 2020).

## Domain and limits
- Neutral, single organic molecules. A descriptor outside the range of the 803 molecules gives the warning OUT_OF_DOMAIN;
  several fragments (a salt) give MULTIPLE_FRAGMENTS, and the number is then hardly worth anything.
- The bounding box is a coarse test: a molecule within it may still be unlike every molecule of the set. Version 3 carries
  what it was trained on, and so says as well how far a molecule is from its nearest ones.
- Trees answer no lower and no higher than what they were trained on: −11.6 to 1.58.
- No pH, no polymorphs, no temperature: the measured values are of the neutral form near 25 °C.
`;
