import type { Command } from '../command.js';
import { alias } from './models/alias.js';
import { archive } from './models/archive.js';
import { compare } from './models/compare.js';
import { completion } from './completion.js';
import { deleteModel } from './models/delete.js';
import { installConverters } from './converters/install.js';
import { listConverters } from './converters/list.js';
import { deploy } from './deployments/deploy.js';
import { drift } from './deployments/drift.js';
import { evaluate } from './batch/evaluate.js';
import { events } from './events.js';
import { explain } from './explain.js';
import { exportModel } from './transfer/export.js';
import { gc } from './transfer/gc.js';
import { importModel } from './transfer/import.js';
import { importMlflow } from './transfer/import-mlflow.js';
import { infer } from './infer.js';
import { job } from './jobs/job.js';
import { listDeployments } from './deployments/list-deployments.js';
import { listJobs } from './jobs/list-jobs.js';
import { listModels } from './models/list-models.js';
import { listVersions } from './models/list-versions.js';
import { listAlerts } from './alerts/list-alerts.js';
import { login } from './login.js';
import { migrate } from './deployments/migrate.js';
import { optimize } from './optimize/optimize.js';
import { checkPipeline } from './pipelines/check-pipeline.js';
import { initPipeline } from './pipelines/init-pipeline.js';
import { previewPipeline } from './pipelines/preview-pipeline.js';
import { predict } from './predict.js';
import { pull } from './models/pull.js';
import { push } from './push.js';
import { report } from './models/report.js';
import { rollbackAlias } from './models/rollback-alias.js';
import { rollbackDeployment } from './deployments/rollback-deployment.js';
import { show } from './show.js';
import { listSchedules } from './jobs/list-schedules.js';
import { schedule } from './jobs/schedule.js';
import { silence } from './alerts/silence.js';
import { tag } from './models/tag.js';
import { undeploy } from './deployments/undeploy.js';
import { updateDeployment } from './deployments/update-deployment.js';
import { updateModel } from './models/update-model.js';
import { verifyArtifacts } from './jobs/verify-artifacts.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  push,
  pull,
  listModels,
  listVersions,
  listDeployments,
  show,
  tag,
  alias,
  compare,
  report,
  deploy,
  migrate,
  rollbackAlias,
  rollbackDeployment,
  updateModel,
  updateDeployment,
  undeploy,
  predict,
  explain,
  evaluate,
  optimize,
  listSchedules,
  schedule,
  infer,
  checkPipeline,
  previewPipeline,
  initPipeline,
  drift,
  events,
  listAlerts,
  silence,
  exportModel,
  importModel,
  importMlflow,
  archive,
  deleteModel,
  gc,
  verifyArtifacts,
  listJobs,
  job,
  installConverters,
  listConverters,
  login,
  completion,
];
