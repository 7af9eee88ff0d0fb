import './error-codes.js';
export { FORMAT_VERSION, archiveFileName, archivePath } from './archive/archive-layout.js';
export type { WritableArchive } from './archive/archive-writer.js';
export type { ForeignVersion } from './import/missing-parent-store.js';
export type { ImportOutcome } from './import/model-importer.js';
export { TransferService } from './transfer-service.js';
