export { GitFailedError, GitMissingError } from './git-command.js';
export { GitService } from './git-service.js';
export { readOnly, type LfsBatchAnswer } from './lfs-batch.js';
export type { UploadPackRequest } from './upload-pack.js';
