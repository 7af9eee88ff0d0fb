import type { ArtifactStore, StoredArtifact, UploadOptions } from '../artifacts/index.js';
import type { Database } from '../platform/database/index.js';
import type { EventLog } from '../platform/events/index.js';
import { Turnstile } from '../platform/turnstile.js';
import type { Caller } from '../security/index.js';
import type { ArtifactSources } from '../sources/index.js';
import { CatalogChanges } from '../catalog/index.js';
import { CatalogStores } from '../catalog/index.js';
import { checkName } from '../catalog/index.js';
import type { PublishingDependencies } from '../catalog/index.js';
import { ArchiveIntake, type ArchiveInput } from './archive/archive-intake.js';
import type { WritableArchive } from './archive/archive-writer.js';
import type { ImportConflictPolicy } from './import/import-plan.js';
import { ImportStore } from './import/import-store.js';
import { ImportWriter } from './import/import-writer.js';
import { MissingParentStore, type ForeignParent } from './import/missing-parent-store.js';
import { ModelExporter } from './model-exporter.js';
import { ModelImporter, type ImportOutcome } from './import/model-importer.js';
import { SnapshotStore } from './snapshot-store.js';
import { checkReason } from '../platform/text/check-text.js';

export interface TransferDependencies extends PublishingDependencies {
  readonly database: Database;
  readonly events: EventLog;
  /** For archives on their way in, apart from artifacts. */
  readonly archives: ArtifactStore;
  /** Of one archive, in bytes. */
  readonly maxArchiveBytes: number;
  readonly sources: ArtifactSources;
}

export interface ImportModelInput {
  readonly archive: ArchiveInput;
  readonly dryRun: boolean;
  readonly as?: string | null | undefined;
  readonly onConflict: ImportConflictPolicy;
  readonly reason?: string | null | undefined;
}

/** Imports take processor, disk and a child process: a few at a time keep the rest of the catalog quick. */
const IMPORTS = { atOnce: 2, waiting: 16 };

/** Models from one catalog to another: a whole model as one archive, and back. */
export class TransferService {
  private readonly intake: ArchiveIntake;
  private readonly exporter: ModelExporter;
  private readonly importer: ModelImporter;
  private readonly missingParents: MissingParentStore;
  private readonly turnstile = new Turnstile('imports are waiting', IMPORTS);

  constructor(deps: TransferDependencies) {
    const { database, archives, artifacts, maxArchiveBytes } = deps;
    const stores = new CatalogStores(database);
    const snapshots = new SnapshotStore(database);
    this.missingParents = new MissingParentStore(database);
    this.intake = new ArchiveIntake(archives, deps.sources, maxArchiveBytes);
    this.exporter = new ModelExporter(stores, snapshots, artifacts);
    this.importer = new ModelImporter(
      stores,
      new CatalogChanges(stores, deps.events),
      snapshots,
      this.missingParents,
      new ImportWriter(new ImportStore(), this.missingParents),
      archives,
      deps,
    );
  }

  /** See `ModelExporter.prepare`. */
  async exportModel(name: string, field: readonly string[] = ['model']): Promise<WritableArchive> {
    return this.exporter.prepare(name, field);
  }

  /** See `ArchiveIntake.receive`. */
  async receiveArchive(
    source: AsyncIterable<Uint8Array>,
    options: UploadOptions = {},
  ): Promise<StoredArtifact & { alreadyStored: boolean }> {
    return this.intake.receive(source, options);
  }

  /** Archives that were sent more than a day ago. @returns how many were removed. */
  async removeOldArchives(now?: Date): Promise<number> {
    return this.intake.removeOld(now);
  }

  /** See `ModelImporter.import`. @throws DomainError also INVALID_NAME, ARCHIVE_NOT_FOUND, ARCHIVE_TOO_LARGE, OVERLOADED */
  async importModel(caller: Caller, input: ImportModelInput, signal?: AbortSignal): Promise<ImportOutcome> {
    const as = input.as ?? null;
    if (as !== null) checkName('model', as, ['as']);
    const reason = checkReason(input.reason);
    const { dryRun, onConflict } = input;
    const until = signal ?? new AbortController().signal;
    const archive = await this.intake.take(input.archive, until);
    return this.turnstile.pass(until, () =>
      this.importer.import(caller, { archive, as, dryRun, onConflict, reason }, until),
    );
  }

  /** What imported versions were made from that this catalog does not have. */
  async missingParentsOfVersions(versionIds: readonly string[]): Promise<ForeignParent[]> {
    return this.missingParents.ofVersions(versionIds);
  }
}
