import { createHash } from 'node:crypto';
import type { ArtifactStore, StagedArtifact } from '../../artifacts/index.js';
import { rewriteId, type Rewrite } from '../../onnx/index.js';
import { type Inspection } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import type { RuntimeGraphs } from '../../runtime/index.js';
import type { ArchivedBlob, ArchiveReader } from '../archive/archive-reader.js';
import { invalidArchive } from '../archive/archive-errors.js';

export interface BlobDependencies {
  readonly artifacts: ArtifactStore;
  readonly graphs: Pick<RuntimeGraphs, 'inspectFile'>;
}

/** An artifact of a new version, and how its graph was derived from it where the version comes from. */
export interface NeededGraph {
  readonly artifact: string;
  readonly rewrites?: readonly Rewrite[];
}

/**
 * The bytes of an archive on their way into the artifact store: every one of them is read and checked, those that new
 * versions need are set aside and inspected as a publication is, and none has a name before all of them are right.
 */
export class ImportedBlobs {
  private readonly staged = new Map<string, StagedArtifact>();
  private readonly inspected = new Map<string, Inspection>();
  /** Where the bytes of attached files are. */
  private readonly files = new Map<string, string>();

  constructor(private readonly deps: BlobDependencies) {}

  /**
   * @param needed of new versions
   * @param attached digests of files that are attached to new versions
   * @throws DomainError ARCHIVE_INVALID, INVALID_MODEL, UNSUPPORTED_MODEL, ARTIFACT_TOO_LARGE, STORAGE_FULL; then
   * `discard` is still to be called
   */
  async take(
    reader: ArchiveReader,
    needed: readonly NeededGraph[],
    attached: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = new Map(needed.map((graph) => [keyOf(graph), graph]));
    for await (const blob of reader.blobs()) {
      signal.throwIfAborted();
      const graphs = [...wanted.values()].filter(({ artifact }) => artifact === blob.digest);
      if (graphs.length === 0 && !attached.has(blob.digest)) await this.check(blob, signal);
      else {
        const path = await this.stored(blob, signal);
        if (attached.has(blob.digest)) this.files.set(blob.digest, path);
        for (const graph of graphs) await this.inspect(graph, path, signal);
      }
    }
  }

  /** Only of those that were needed. */
  inspection(graph: NeededGraph): Inspection | undefined {
    return this.inspected.get(keyOf(graph));
  }

  /** Of an attached file that was taken. */
  fileOf(digest: string): string {
    const path = this.files.get(digest);
    if (path === undefined) throw new Error(`No attached file ${digest} was taken`);
    return path;
  }

  /** What is to be written: it was not stored, or what is stored is damaged. */
  get written(): { readonly count: number; readonly bytes: number } {
    const sizes = [...this.staged.values()].map(({ size }) => size);
    return { count: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  async keep(): Promise<void> {
    for (const staged of this.staged.values()) await staged.keep();
  }

  async discard(): Promise<void> {
    for (const staged of this.staged.values()) await staged.discard();
  }

  /** A file with these bytes, and no others, for the inspector. */
  private async stored(blob: ArchivedBlob, signal: AbortSignal): Promise<string> {
    const path = await this.alreadyStored(blob.digest, signal);
    if (path !== null) {
      await this.check(blob, signal);
      return path;
    }
    try {
      const { digest: expectedDigest, size: expectedBytes } = blob;
      const staged = await this.deps.artifacts.stage(blob.read(), { expectedDigest, expectedBytes, signal });
      this.staged.set(blob.digest, staged);
      return staged.path;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'DIGEST_MISMATCH') throw damaged(blob, error);
      throw ofArchive(error, `blob ${blob.digest}`);
    }
  }

  private async alreadyStored(digest: string, signal: AbortSignal): Promise<string | null> {
    try {
      return await this.deps.artifacts.verified(digest, signal);
    } catch (error) {
      // A stored file that is damaged is mended by the archive's.
      if (error instanceof DomainError && ['ARTIFACT_NOT_FOUND', 'ARTIFACT_CORRUPT'].includes(error.code))
        return null;
      throw error;
    }
  }

  private async check(blob: ArchivedBlob, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    for await (const chunk of blob.read()) {
      signal.throwIfAborted();
      hash.update(chunk);
    }
    if (`sha256:${hash.digest('hex')}` !== blob.digest) throw damaged(blob);
  }

  private async inspect(graph: NeededGraph, path: string, signal: AbortSignal): Promise<void> {
    const { artifact, rewrites = [] } = graph;
    try {
      this.inspected.set(
        keyOf(graph),
        await this.deps.graphs.inspectFile(artifact, path, { rewrites, signal }),
      );
    } catch (error) {
      throw ofArchive(error, `blob ${artifact}`);
    }
  }
}

function keyOf({ artifact, rewrites = [] }: NeededGraph): string {
  return [artifact, ...rewrites.map(rewriteId).toSorted()].join('\n');
}

function damaged({ digest }: ArchivedBlob, cause?: unknown): DomainError {
  return invalidArchive(`the bytes of its blob ${digest} are not those its name says`, cause);
}

/** What is wrong with a part of the archive, said so that the part can be found. */
export function ofArchive(error: unknown, part: string): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, message, retryAfterMs } = error;
  const options = { field: ['archive'], cause: error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new DomainError(code, `In the archive, ${part}: ${message}`, options);
}
