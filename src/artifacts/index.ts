import './error-codes.js';
export { ArtifactStore, type StoredArtifact } from './artifact-store.js';
export { bundleBytes } from './bundles/arrange.js';
export { type PackedAs, putBundle } from './bundles/bundle-intake.js';
export type { Member } from './bundles/member.js';
export { storedBundle } from './bundles/stored-bundle.js';
export { fileDigest } from './file-digest.js';
export type { StagedArtifact } from './staged-artifact.js';
export type { UploadOptions } from './upload.js';
