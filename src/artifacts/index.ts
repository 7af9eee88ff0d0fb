export { ArtifactStore, type StoredArtifact } from './artifact-store.js';
export { fileDigest } from './file-digest.js';
export type { StagedArtifact } from './staged-artifact.js';
export { damagedOnDisk } from './storage-error.js';
export type { UploadOptions } from './upload.js';
