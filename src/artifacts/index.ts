export { ArtifactStore, type StoredArtifact, type StoreObserver } from './artifact-store.js';
export type { StagedArtifact } from './staged-artifact.js';
export type { UploadOptions } from './upload.js';
