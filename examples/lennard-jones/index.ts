import type { ExampleModel } from '../example.js';
import { lennardJonesCard } from './card.js';
import { lennardJonesExamples } from './examples.js';
import { lennardJonesGraph } from './graph.js';
import { lennardJonesMetrics } from './metrics.js';
import { lennardJonesPipeline } from './pipeline.js';

export const lennardJones: ExampleModel = {
  name: 'lennard-jones',
  title: 'Lennard-Jones energy',
  summary: 'Potential energy of particles in reduced units, as an open cluster or in a cubic periodic box.',
  domain: 'PHYSICS',
  labels: ['particles', 'pair-potential', 'molecular-simulation'],
  card: lennardJonesCard,
  production: 1,
  versions: [
    {
      build: lennardJonesGraph,
      pipeline: lennardJonesPipeline,
      metrics: lennardJonesMetrics,
      notes: 'The 12-6 potential, cut at the cutoff without shift and without long-range correction.',
      tags: ['v1.0.0'],
      examples: lennardJonesExamples,
    },
  ],
};
