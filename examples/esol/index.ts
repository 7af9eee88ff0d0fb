import type { ExampleModel } from '../example.js';
import { esolCard } from './card.js';
import { esolExamples } from './examples.js';
import { esolGraph } from './graph.js';
import { trainedGraph } from '../trained-models.js';
import { delaneyMetrics, refitMetrics, treesMetrics } from './metrics.js';
import { esolPipeline } from './pipeline.js';
import { esolTreesPipeline } from './trees-pipeline.js';

export const esol: ExampleModel = {
  name: 'esol',
  title: 'Aqueous solubility (ESOL)',
  summary:
    'Solubility of a molecule in water from its structure: descriptors and structural fragments, or four descriptors alone.',
  domain: 'CHEMISTRY',
  labels: ['solubility', 'molecules', 'regression', 'qsar'],
  card: esolCard,
  production: 3,
  versions: [
    {
      build: () =>
        esolGraph(
          {
            intercept: 0.16,
            clogP: -0.63,
            molecularWeight: -0.0062,
            rotatableBonds: 0.066,
            aromaticProportion: -0.74,
          },
          'J. S. Delaney, J. Chem. Inf. Comput. Sci. 44, 1000 (2004)',
        ),
      pipeline: esolPipeline,
      metrics: delaneyMetrics,
      notes:
        "Delaney's published coefficients. He fitted them to Daylight's ClogP; here they get RDKit's Crippen clogP, so the answers differ from his paper's.",
      tags: ['v1.0.0'],
      examples: esolExamples({ benzene: -2.1269, caffeine: -0.8713, ethanol: -0.1247, aspirin: -1.9919 }),
    },
    {
      build: () =>
        esolGraph(
          {
            intercept: 0.26121066,
            clogP: -0.74167395,
            molecularWeight: -0.00661388,
            rotatableBonds: 0.00345155,
            aromaticProportion: -0.4262484,
          },
          'P. Walters, refit of Delaney (2004) with RDKit descriptors',
        ),
      pipeline: esolPipeline,
      metrics: refitMetrics,
      notes: "Coefficients refitted by P. Walters to Delaney's 1128 molecules with RDKit's own descriptors.",
      tags: ['v2.0.0'],
      examples: esolExamples({ benzene: -1.9326, caffeine: -0.5338, ethanol: -0.0424, aspirin: -2.0918 }),
    },
    {
      build: trainedGraph('esol-3.onnx'),
      outOfFold: 'esol-3-out-of-fold.csv',
      pipeline: esolTreesPipeline,
      metrics: treesMetrics,
      notes:
        'Boosted regression trees on 44 descriptors and the MACCS keys, trained by this project (npm run examples:train). Its metrics on the 803 molecules are of models that had not seen the molecule, in the first of five cross-validations; those of versions 1 and 2 are of formulas that most of these molecules were fitted by.',
      tags: ['v3.0.0'],
      examples: esolExamples({ benzene: 0, caffeine: 0, ethanol: 0, aspirin: 0 }),
    },
  ],
};
