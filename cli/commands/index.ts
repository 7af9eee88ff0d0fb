import type { Command } from '../command.js';
import { alias } from './alias.js';
import { archive } from './archive.js';
import { compare } from './compare.js';
import { completion } from './completion.js';
import { deleteModel } from './delete.js';
import { deploy } from './deploy.js';
import { events } from './events.js';
import { exportModel } from './export.js';
import { gc } from './gc.js';
import { importModel } from './import.js';
import { infer } from './infer.js';
import { listDeployments } from './list-deployments.js';
import { listModels } from './list-models.js';
import { listVersions } from './list-versions.js';
import { login } from './login.js';
import { migrate } from './migrate.js';
import { predict } from './predict.js';
import { push } from './push.js';
import { rollbackAlias } from './rollback-alias.js';
import { rollbackDeployment } from './rollback-deployment.js';
import { show } from './show.js';
import { tag } from './tag.js';
import { undeploy } from './undeploy.js';
import { updateDeployment } from './update-deployment.js';
import { updateModel } from './update-model.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  push,
  listModels,
  listVersions,
  listDeployments,
  show,
  tag,
  alias,
  compare,
  deploy,
  migrate,
  rollbackAlias,
  rollbackDeployment,
  updateModel,
  updateDeployment,
  undeploy,
  predict,
  infer,
  events,
  exportModel,
  importModel,
  archive,
  deleteModel,
  gc,
  login,
  completion,
];
