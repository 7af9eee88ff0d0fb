export { ArtifactStore, type StoredArtifact } from './artifact-store.js';
export type { UploadOptions } from './upload.js';
