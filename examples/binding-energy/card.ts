import { metricsList, metricsTable } from '../measurement/metrics-table.js';
import { correctedMetrics, newmanMetrics, rohlfMetrics } from './metrics.js';

export const bindingEnergyCard = `# Nuclear binding energy by a mass formula, with and without a learned correction

## Intended use
Teaching, orders of magnitude, trends along the chart of nuclides. Not a mass table: for masses use the AME evaluation.

## Input and output
- **In**: a nuclide, \`{"z": 26, "n": 30}\`, \`{"symbol": "Fe", "a": 56}\` or \`"Fe-56"\`.
- **Out**: total binding energy in MeV, positive when bound; divide by A for the energy per nucleon.
- **Graph**: \`z\` and \`n\`, INT64 [batch] (1); \`binding_energy\`, FP64 [batch], MeV.

## Model
B = a_v A − a_s A^(2/3) − Coulomb − a_a (A − 2Z)² / A + δ, with δ = +p A^(−1/2) for even Z and even N, −p A^(−1/2) for odd Z
and odd N, 0 otherwise. Two forms of the Coulomb term are in print; each version uses its author's.

| version, MeV | a_v | a_s | Coulomb | a_a | p |
| --- | --- | --- | --- | --- | --- |
| 1, Newman | 15.8 | 18.3 | 0.714 Z² A^(−1/3) | 23.2 | 12 |
| 2, Rohlf | 15.75 | 17.8 | 0.711 Z(Z − 1) A^(−1/3) | 23.7 | 11.18 |

Version 3 has Rohlf's form with coefficients fitted to AME2020, and adds what 400 boosted regression trees of depth 5 say of
Z, N, A, N − Z, of whether Z and N are odd, and of how far each is from a closed shell (2, 8, 20, 28, 50, 82, 114, 126, 184).
The whole of it is in the graph, which still takes z and n alone.

## Source
- The formula: C. F. von Weizsäcker, Z. Phys. 96, 431 (1935); H. A. Bethe and R. F. Bacher, Rev. Mod. Phys. 8, 82 (1936).
- Version 1: M. Newman, *Computational Physics* (2013), chapter 2.
- Version 2: J. W. Rohlf, *Modern Physics from α to Z⁰*, Wiley (1994).
- Version 3: \`npm run examples:train\` in this project, which says how in docs/SCIENCE.md.

## Measured error
On the 1761 nuclides with A ≥ 16 of the measured ones shipped with the project, from AME2020 (M. Wang et al., Chinese Phys. C
45, 030003 (2021)). For version 3 it is the error of models that had not seen the nuclide (the first of five
cross-validations). \`bias\` is predicted − measured: Newman's form binds too little, Rohlf's too much.

${metricsTable({ '1, Newman': newmanMetrics, '2, Rohlf': rohlfMetrics, '3, corrected': correctedMetrics })}

Version 3 beside that:

${metricsList(correctedMetrics, newmanMetrics.length)}

## Domain and limits
- Below A = 16 a drop of liquid is a poor picture (rmse 13 to 15 MeV): warning OUT_OF_DOMAIN, as beyond Z = 110 or A = 270,
  and as further from the valley of stability than measured nuclides are.
- Versions 1 and 2 know no shells: magic nuclei are bound more than they say, ¹³²Sn by 10 MeV (version 2) or 21 MeV (version 1).
- The correction of version 3 was learned between measured neighbours. Far from them it is a guess, and only the formula is left.
- A nuclide far beyond the drip lines, with no proton, or with a negative or fractional number of nucleons is an error.
`;
