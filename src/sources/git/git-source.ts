import { randomUUID } from 'node:crypto';
import { join, posix } from 'node:path';
import { DomainError } from '../../platform/errors.js';
import { MAX_LISTED, type Located, type LocatedFile, type LocateOptions, type OpenFile } from '../located.js';
import { isFolderPath, type SourceAddress } from '../source-address.js';
import type { ArtifactDownloader } from '../web/artifact-downloader.js';
import { GitRemote, type TreeEntry } from './git-remote.js';
import { LfsClient } from './lfs-client.js';
import { MAX_POINTER_BYTES, readPointer, type LfsPointer } from './lfs-pointer.js';

type GitAddress = Extract<SourceAddress, { kind: 'git' }>;

/** What a path of a commit is: its bytes in the repository, or what stands for them. */
interface Content {
  readonly oid: string;
  readonly size: number;
  readonly pointer: LfsPointer | null;
}

/** Files of a commit of a Git repository, those in its large file storage (LFS) among them. */
export class GitSource {
  private readonly remote: GitRemote;
  private readonly lfs: LfsClient;

  constructor(
    downloader: ArtifactDownloader,
    /** Where repositories lie while they are read. */
    directory: string,
    private readonly address: GitAddress,
    private readonly options: LocateOptions & { readonly maxBytes: number },
  ) {
    this.remote = new GitRemote(downloader, address.repository, join(directory, randomUUID()), options);
    this.lfs = new LfsClient(downloader, address.repository, options);
  }

  /** @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE */
  async locate(): Promise<Located> {
    const { repository, ref, path } = this.address;
    try {
      const commit = await this.remote.fetch(ref);
      const foundAt = { repository: repository.href, commit, path: path === '' ? null : path, url: null };
      const close = () => this.remote.remove();
      const entries = await this.remote.list(path);
      if (isFolderPath(path)) {
        if (entries.length === 0) throw this.missing(path);
        if (entries.length > MAX_LISTED) throw this.failed(`the folder has more than ${MAX_LISTED} files`);
        const files = entries.map((entry) => this.file(entry.path, entry.path.slice(path.length), entry));
        return { kind: 'folder', files, foundAt, close };
      }
      const entry = entries.find((each) => each.path === path);
      if (entry === undefined) throw entries.length > 0 ? this.isFolder(path) : this.missing(path);
      return {
        kind: 'file',
        file: this.file(path, posix.basename(path), entry),
        sibling: (beside) => this.file(posix.join(posix.dirname(path), beside), beside),
        foundAt,
        close,
      };
    } catch (error) {
      await this.remote.remove();
      throw error;
    }
  }

  private file(path: string, name: string, entry?: TreeEntry): LocatedFile {
    let content: Promise<Content> | undefined;
    const find = () => (content ??= this.content(path, entry));
    return {
      name,
      size: async () => {
        const { pointer, size } = await find();
        return pointer?.size ?? size;
      },
      open: async () => this.open(await find()),
    };
  }

  private async content(path: string, listed: TreeEntry | undefined): Promise<Content> {
    const entry = listed ?? (await this.remote.list(path)).find((each) => each.path === path);
    if (entry === undefined) throw this.missing(path);
    if (entry.type !== 'blob' || entry.mode === '120000')
      throw this.failed(
        `${JSON.stringify(path)} is a ${entry.type === 'blob' ? 'symbolic link' : 'submodule'}`,
      );
    const size = await this.remote.sizeOf(entry.oid);
    if (size >= MAX_POINTER_BYTES) return { oid: entry.oid, size, pointer: null };
    const chunks: Buffer[] = [];
    for await (const chunk of this.remote.bytes(entry.oid)) chunks.push(chunk);
    return { oid: entry.oid, size, pointer: readPointer(Buffer.concat(chunks)) };
  }

  private async open({ oid, size, pointer }: Content): Promise<OpenFile> {
    if (pointer !== null) return this.lfs.open(pointer);
    return { body: this.remote.bytes(oid), size, close: () => undefined };
  }

  private missing(path: string): DomainError {
    return this.failed(`the commit has no ${isFolderPath(path) ? 'folder' : 'file'} ${JSON.stringify(path)}`);
  }

  private isFolder(path: string): DomainError {
    return this.failed(`${JSON.stringify(path)} is a folder: end it with a slash`);
  }

  private failed(why: string): DomainError {
    return new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The file could not be fetched from ${this.address.repository.host}: ${why}.`,
      { field: this.options.field },
    );
  }
}
