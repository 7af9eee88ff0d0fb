export { putBundle, type PackedAs } from './bundles/bundle-intake.js';
export { bundleBytes } from './bundles/arrange.js';
export type { Member } from './bundles/member.js';
export { looksLikeTar, storedBundle } from './bundles/stored-bundle.js';
export { ArtifactStore, type StoredArtifact, type StoreObserver } from './artifact-store.js';
export { fileDigest } from './file-digest.js';
export type { StagedArtifact } from './staged-artifact.js';
export type { UploadOptions } from './upload.js';
