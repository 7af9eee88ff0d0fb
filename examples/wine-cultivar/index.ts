import type { ExampleModel } from '../example.js';
import { trainedGraph } from '../trained-models.js';
import { wineCultivarCard } from './card.js';
import { wineCultivarExamples } from './examples.js';
import { wineCultivarMetrics } from './metrics.js';
import { CULTIVARS, wineCultivarPipeline } from './pipeline.js';

export const wineCultivar: ExampleModel = {
  name: 'wine-cultivar',
  title: 'Cultivar of a wine from its chemical analysis',
  summary:
    'Which of three cultivars of Piedmont a wine is of, from thirteen measurements, and how sure that is.',
  domain: 'CHEMISTRY',
  labels: ['classification', 'tables', 'chemometrics', 'food'],
  card: wineCultivarCard,
  production: 1,
  versions: [
    {
      build: trainedGraph('wine-cultivar-1.onnx'),
      outOfFold: 'wine-cultivar-1-out-of-fold.csv',
      classes: CULTIVARS,
      pipeline: wineCultivarPipeline,
      metrics: wineCultivarMetrics,
      notes:
        'Multinomial logistic regression, trained by this project (npm run examples:train). Its metrics on the 178 wines are of models that had not seen the wine, in the first of five cross-validations.',
      tags: ['v1.0.0'],
      examples: wineCultivarExamples,
    },
  ],
};
