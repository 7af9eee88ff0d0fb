export { CatalogService, type CatalogDependencies } from './catalog-service.js';
export type { RemoveAliasInput, RollbackAliasInput, SetAliasInput } from './alias-input.js';
export type { AliasInstant, AliasKey } from './alias-history-store.js';
export type { TagVersionInput } from './version-tagging.js';
export { describeRewrite, narrowTypeName } from '../onnx/index.js';
export { checkReason } from './catalog-changes.js';
export { CatalogReader } from './catalog-reader.js';
export type { CollectArtifactsInput, Collection } from './artifact-collection.js';
export { ArtifactDownloader, type DownloaderSettings } from './artifact-download.js';
export {
  modelPosition,
  type ModelOrder,
  type ModelOrderField,
  type ModelPosition,
  type Window,
} from './keyset.js';
export type { CheckInstances, ExampleInput, InstanceFault } from './example-intake.js';
export { exampleText, type ExampleContent, type ExampleRecord } from './examples.js';
export type { ModelFilter } from './model-filter.js';
export type { RegisterModelInput, UpdateModelInput } from './model-input.js';
export { citationOf, type Citation } from './citation.js';
export { checkName, DEFAULT_ALIAS, NAME_PATTERN } from './names.js';
export type { ArtifactInput, PublishVersionInput } from './publication-input.js';
export {
  formatVersionRef,
  parseSelector,
  parseSelectorWithin,
  parseVersionRef,
  type VersionRef,
  type VersionSelector,
} from './version-ref.js';
export type {
  AliasChangeKind,
  AliasChangeRecord,
  AliasRecord,
  ArtifactRecord,
  Dataset,
  DerivationRecord,
  DerivationRelation,
  DescriptionRecord,
  Domain,
  Environment,
  LineageDirection,
  LineageRecord,
  Metric,
  ModelRecord,
  Numbered,
  Source,
  TagRecord,
  VersionRecord,
} from './records.js';
export * from './comparison/index.js';
export * from './transfer/index.js';
