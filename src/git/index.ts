export { GitFailedError, GitMissingError } from '../platform/children/git-command.js';
export { GitService } from './git-service.js';
export { readOnly } from './lfs-batch.js';
