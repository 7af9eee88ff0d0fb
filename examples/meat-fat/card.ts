import { metricsList } from '../measurement/metrics-table.js';
import { meatFatMetrics } from './metrics.js';

export const meatFatCard = `# Fat of meat from its near-infrared spectrum

## Intended use
A worked example of a spectrum as input: how a calibration of near-infrared spectra is built, served and watched. Not for
judging food: spectra of another instrument lie elsewhere, and need a calibration of their own.

## Input and output
- **In**: a spectrum, \`{"spectrum": {"x": [850, …, 1050], "y": [2.6, …]}}\`, at least from 850 to 1050 nm at any places, in
  any order; \`"xUnit": "cm^-1"\` and other units of light are converted. \`y\` is the absorbance, −log10 of the transmittance.
- **Out**: fat in % of the mass, determined by chemical analysis in the data.
- **Graph**: \`spectrum\`, FP32 [batch, 100]; \`fat\`, FP32 [batch, 1].

## Model
The pipeline takes 100 wavelengths at equal distances, their second derivative (Savitzky and Golay, cubic, 9 points), and
brings each row to mean 0 and standard deviation 1. The graph is linear: partial least squares with 8 components (Wold, Martens
and Wold, Lecture Notes in Mathematics 973, 286 (1983)), in double precision.

## Source
- The data were recorded on a Tecator Infratec Food and Feed Analyzer by near-infrared transmission; public domain, by the
  statement of permission in examples/data/README.md. C. Borggaard and H. H. Thodberg, Anal. Chem. 64, 545 (1992).
- Training: \`npm run examples:train\` in this project, which says how in docs/SCIENCE.md.

## Measured error
Of 215 spectra 22 are in the data twice, line for line; each is taken once. The number of components was settled on other
divisions of the same spectra.

${metricsList(meatFatMetrics, 0)}

## Domain and limits
- Fat from 0.9 % to 49.1 %. The model is linear and knows no bounds: it may answer less than 0 % for lean meat.
- A spectrum unlike those of the data is outside the domain, by its distance to the five nearest of them. Ranges and leverage
  have no say here: with 100 wavelengths and 193 spectra leverage could exclude nothing.
- The data give 100 channels from 850 to 1050 nm and not their places; they are taken to lie at equal distances.
- Water and protein, which the data have as well, are not predicted.
`;
