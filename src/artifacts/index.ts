export { ArtifactStore, type StoredArtifact, type StoreObserver } from './artifact-store.js';
export { fileDigest } from './file-digest.js';
export type { StagedArtifact } from './staged-artifact.js';
export type { UploadOptions } from './upload.js';
