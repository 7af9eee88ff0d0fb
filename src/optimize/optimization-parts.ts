import type { ArtifactStore } from '../artifacts/index.js';
import type { CatalogService } from '../catalog/index.js';
import type { InstanceReader } from '../pipelines/index.js';
import type { PredictionService } from '../predictions/index.js';
import type { RunnerPool, RuntimeGraphs } from '../runtime/index.js';
import type { MadeGraph, MakerParts } from './making/candidate-maker.js';
import type { MeasuredGraph } from './measuring/measured-graph.js';
import type { SampleParts } from './samples/sample-rows.js';

/** What an optimisation works with. */
export interface OptimizationParts extends SampleParts, MakerParts {
  readonly catalog: CatalogService;
  readonly artifacts: ArtifactStore;
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
  readonly instances: InstanceReader;
  readonly predictions: PredictionService;
  /** Where the folders of optimisations lie while they run. */
  readonly directory: string;
}

/** The candidate that is to be published. */
export interface Chosen {
  readonly name: string;
  readonly graph: MadeGraph;
  /** Loaded until the run is closed. */
  readonly original: MeasuredGraph;
}
