import { metricsList } from '../measurement/metrics-table.js';
import { wineCultivarMetrics } from './metrics.js';

export const wineCultivarCard = `# Cultivar of a wine from its chemical analysis

## Intended use
A worked example of a table as input and a class as answer: columns with ranges, a probability for each class, and the set of
classes that cannot be excluded. Not for the origin of a bottle: it knows three cultivars of one region.

## Input and output
- **In**: thirteen measurements by name, \`{"alcohol": 14.23, "malicAcid": 1.71, …}\`; all of them are needed.
- **Out**: \`cultivar\`, Barolo (Nebbiolo), Grignolino or Barbera, and \`probabilities\`, one for each. \`results { set }\` has the
  classes that cannot be excluded at the level that is asked for.
- **Graph**: \`measurements\`, FP64 [batch, 13]; \`probabilities\`, FP64 [batch, 3].

## Model
Multinomial logistic regression on standardised columns (scikit-learn, C = 1); the standardisation is part of its coefficients.

## Source
- The data: M. Forina, C. Armanino, M. Castino and M. Ubigli, Vitis 25, 189 (1986); S. Aeberhard and M. Forina, *Wine*, UCI
  Machine Learning Repository (1992), doi:10.24432/C5PC7J, CC BY 4.0. The file numbers the classes; that
  they are Barolo, Grignolino and Barbera, in this order, is as later copies of the data have it.
- Training: \`npm run examples:train\` in this project, which says how in docs/SCIENCE.md.

## Measured error
\`log_loss\` is the mean of −ln of the probability that the right cultivar was given.

${metricsList(wineCultivarMetrics, 0)}

## Domain and limits
- A measurement beyond those of the 178 wines gives the warning OUT_OF_DOMAIN, as do leverage and the distance to the nearest
  wines. A wine of a fourth cultivar is still given one of the three.
- The data do not say in what units most columns are; send what the same methods measure.
- Sets are by 48 to 71 wines of each cultivar: what they cover differs by some points from nine in ten. A set may be empty: then
  the wine is unlike nine in ten wines of every cultivar, also of the likeliest.
`;
