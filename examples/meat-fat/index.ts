import type { ExampleModel } from '../example.js';
import { trainedGraph } from '../trained-models.js';
import { meatFatCard } from './card.js';
import { meatFatExamples } from './examples.js';
import { meatFatMetrics } from './metrics.js';
import { meatFatPipeline } from './pipeline.js';

export const meatFat: ExampleModel = {
  name: 'meat-fat',
  title: 'Fat of meat from its near-infrared spectrum',
  summary: 'How much fat is in finely chopped meat, from its absorbance between 850 and 1050 nm.',
  domain: 'CHEMISTRY',
  labels: ['spectra', 'near-infrared', 'chemometrics', 'food'],
  card: meatFatCard,
  production: 1,
  versions: [
    {
      build: trainedGraph('meat-fat-1.onnx'),
      outOfFold: 'meat-fat-1-out-of-fold.csv',
      pipeline: meatFatPipeline,
      metrics: meatFatMetrics,
      notes:
        'Partial least squares with 8 components on second derivatives, trained by this project (npm run examples:train). Its metrics on the 193 spectra are of models that had not seen the spectrum, in the first of five cross-validations.',
      tags: ['v1.0.0'],
      examples: meatFatExamples({ lean: 1.71, marbled: 13.6, fat: 47.806 }),
    },
  ],
};
