import './error-codes.js';
export { remoteOfArtifact } from './artifacts/remote-artifact.js';
export { ATTACHMENT_ROLES, type AttachmentRole } from './attachments/attachment-role.js';
export { attachmentColumns } from './attachments/attachment-store.js';
export {
  type AttachmentReading,
  type AttachmentRecord,
  type NewAttachment,
  readingOf,
} from './attachments/attachment.js';
export { type AttachmentInput, checkAttachmentInputs } from './attachments/attachment-input.js';
export { isOfLabels, probabilityResult, targetResult } from './attachments/attachment-meaning.js';
export { type AttachmentOptions } from './attachments/attachment-options.js';
export { attachedRows, type AttachedRow, isFault } from './attachments/attachment-rows.js';
export { checkAttachedTokenizers, withTokenizers } from './attachments/attached-tokenizers.js';
export { checkAttachments } from './attachments/check-attachments.js';
export { CatalogChanges, newEvent } from './catalog-changes.js';
export type { CatalogReader } from './catalog-reader.js';
export {
  type AliasChangeRecord,
  type AliasRecord,
  type ArtifactRecord,
  DOMAINS,
  type Dataset,
  type DerivationRecord,
  type DerivationRelation,
  type DescriptionRecord,
  type Environment,
  type LineageDirection,
  type LineageRecord,
  type Metric,
  type ModelRecord,
  type Numbered,
  type Source,
  type TagRecord,
  type VersionRecord,
} from './catalog-records.js';
export { CatalogService } from './catalog-service.js';
export { CatalogStores } from './catalog-stores.js';
export {
  type ConversionRecord,
  type ConvertedBytes,
  MODEL_FORMATS,
  type ModelFormat,
  type OutputDifference,
  conversionSchema,
} from './conversions/conversion-record.js';
export { FORMAT_NAMES, cardOfVersion } from './conversions/describe-conversion.js';
export { describeRewrite } from './describe-rewrite.js';
export {
  OPTIMIZATION_METHODS,
  OPTIMIZATION_STEPS,
  type MeasuredLatencyOfRows,
  type OptimizationAdvice,
  type OptimizationBudget,
  type OptimizationCandidate,
  type OptimizationDifference,
  type OptimizationFigures,
  type OptimizationLoss,
  type OptimizationMachine,
  type OptimizationMethod,
  type OptimizationMetric,
  type OptimizationOrigin,
  type OptimizationRecord,
  type OptimizationSample,
  type OptimizationStep,
  type OptimizationStepMethod,
  optimizationSchema,
} from './optimizations/optimization-record.js';
export { type ModelOrder, type ModelPosition, type Window, modelPosition } from './keyset.js';
export { MAX_ALIASES_PER_MODEL, MAX_TAGS_PER_VERSION } from './limits.js';
export { type RegisterModelInput, checkModelTexts } from './model-input.js';
export {
  DEFAULT_ALIAS,
  checkAliasName,
  checkName,
  checkTagName,
  isName,
  quoted,
  sameButCase,
} from './names.js';
export { citationOf } from './publishing/citation.js';
export { type ExampleInput, checkExampleCount, takeExamples } from './publishing/example-intake.js';
export { type ExampleContent, type ExampleRecord, exampleText } from './publishing/examples.js';
export {
  type ArtifactInput,
  type PublishVersionInput,
  checkPublicationTexts,
} from './publishing/publication-input.js';
export type { PublishingDependencies } from './publishing/version-publisher.js';
export { withoutNul } from './texts.js';
export { type VersionRef, formatVersionRef, parseSelector, parseVersionRef } from './version-ref.js';
export { asJson, optionalJson } from './version-store.js';
