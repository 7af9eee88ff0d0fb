import type { ExampleModel } from '../example.js';
import { bindingEnergyCard } from './card.js';
import { bindingEnergyExamples } from './examples.js';
import { massFormulaGraph } from './graph.js';
import { trainedGraph } from '../trained-models.js';
import { correctedMetrics, newmanMetrics, rohlfMetrics } from './metrics.js';
import { bindingEnergyPipeline } from './pipeline.js';

export const bindingEnergy: ExampleModel = {
  name: 'binding-energy',
  title: 'Nuclear binding energy (semi-empirical mass formula)',
  summary:
    'Total binding energy of a nuclide from its numbers of protons and neutrons: a liquid drop, and what shells add to it.',
  domain: 'PHYSICS',
  labels: ['nuclear', 'nuclides', 'mass-formula', 'liquid-drop'],
  card: bindingEnergyCard,
  production: 3,
  versions: [
    {
      build: () =>
        massFormulaGraph(
          { volume: 15.8, surface: 18.3, coulomb: 0.714, coulombForm: 'Z^2', asymmetry: 23.2, pairing: 12 },
          'M. Newman, Computational Physics (2013), exercise 2.10',
        ),
      pipeline: bindingEnergyPipeline,
      metrics: newmanMetrics,
      notes:
        "Newman's coefficients, Coulomb term 0.714 Z² A^(-1/3): every proton repels Z protons, itself included.",
      tags: ['v1.0.0'],
      examples: bindingEnergyExamples({ iron: 485.756, tin: 1012.654, lead: 1618.577 }),
    },
    {
      build: () =>
        massFormulaGraph(
          {
            volume: 15.75,
            surface: 17.8,
            coulomb: 0.711,
            coulombForm: 'Z(Z-1)',
            asymmetry: 23.7,
            pairing: 11.18,
          },
          'J. W. Rohlf, Modern Physics from α to Z0 (1994)',
        ),
      pipeline: bindingEnergyPipeline,
      metrics: rohlfMetrics,
      notes: "Rohlf's coefficients, Coulomb term 0.711 Z(Z − 1) A^(-1/3): no proton repels itself.",
      tags: ['v2.0.0'],
      examples: bindingEnergyExamples({ iron: 495.384, tin: 1025.805, lead: 1634.263 }),
    },
    {
      build: trainedGraph('binding-energy-3.onnx'),
      outOfFold: 'binding-energy-3-out-of-fold.csv',
      pipeline: bindingEnergyPipeline,
      metrics: correctedMetrics,
      notes:
        'The mass formula with coefficients fitted to AME2020, and boosted regression trees for what it leaves: shells and their surroundings. Trained by this project (npm run examples:train). Its metrics on the 1761 nuclides are of models that had not seen the nuclide, in the first of five cross-validations.',
      tags: ['v3.0.0'],
      examples: bindingEnergyExamples({ iron: 0, tin: 0, lead: 0 }),
    },
  ],
};
