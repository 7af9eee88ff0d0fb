import type { Resolvers } from '../__generated__/resolvers.js';
import { alertResolvers } from './alerts.js';
import { attachmentResolvers } from './attachments.js';
import { baseResolvers } from './base.js';
import { comparisonResolvers } from './comparison.js';
import { conversionResolvers } from './conversions.js';
import { depictionResolvers } from './depictions.js';
import { deploymentResolvers } from './deployments.js';
import { driftResolvers } from './drift.js';
import { evaluationResolvers } from './evaluations.js';
import { explanationResolvers } from './explanations.js';
import { inferenceResolvers } from './inference.js';
import { jobResolvers } from './jobs.js';
import { metricsResolvers } from './metrics.js';
import { migrationResolvers } from './migrations.js';
import { modelResolvers } from './models.js';
import { monitoringResolvers } from './monitoring.js';
import { optimizationResolvers } from './optimizations.js';
import { pipelineResolvers } from './pipelines.js';
import { predictionLogResolvers } from './prediction-log.js';
import { reliabilityResolvers } from './reliability.js';
import { runtimeResolvers } from './runtime.js';
import { transferResolvers } from './transfer.js';
import { typedDoorResolvers } from './typed-doors.js';
import { versionResolvers } from './versions.js';

/** One set for each SDL file. */
export const resolvers: Resolvers[] = [
  baseResolvers,
  modelResolvers,
  versionResolvers,
  attachmentResolvers,
  transferResolvers,
  comparisonResolvers,
  conversionResolvers,
  optimizationResolvers,
  deploymentResolvers,
  runtimeResolvers,
  migrationResolvers,
  inferenceResolvers,
  reliabilityResolvers,
  depictionResolvers,
  explanationResolvers,
  pipelineResolvers,
  monitoringResolvers,
  jobResolvers,
  evaluationResolvers,
  alertResolvers,
  metricsResolvers,
  driftResolvers,
  predictionLogResolvers,
  typedDoorResolvers,
];
