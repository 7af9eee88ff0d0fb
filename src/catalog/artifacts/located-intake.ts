import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import {
  isGraph,
  putMembers,
  type ArtifactStore,
  type Member,
  type StagedArtifact,
} from '../../artifacts/index.js';
import { WeightsElsewhere, type RuntimeGraphs } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import type { ArtifactSources, FoundAt, Located, LocatedFile } from '../../sources/index.js';
import type { LocationInput, StoredBytes } from './stored-bytes.js';

export interface FetchOptions {
  readonly field: readonly string[];
  readonly signal: AbortSignal;
  /** Hears of every chunk: bytes altogether, and of how many, as far as that is known. */
  readonly onProgress?: (done: number, total: number | null) => void;
}

const MAX_TRANSFER_MS = 15 * 60_000;

/** How long a request may wait for a transfer; longer ones are jobs. */
export function withinRequest(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(MAX_TRANSFER_MS);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** Brings a model from where it lies into the store: a graph with the files its weights lie in, or a folder. */
export class LocatedIntake {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly sources: ArtifactSources,
    private readonly graphs: RuntimeGraphs,
  ) {}

  /** @throws DomainError INVALID_ARGUMENT */
  async check({ url, credentials }: LocationInput, field: readonly string[]): Promise<void> {
    await this.sources.check(url, { field, credentials, credentialsField: [...field, 'credentials'] });
  }

  /** @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE, DIGEST_MISMATCH, STORAGE_FULL */
  async take(
    { url, credentials, digest }: LocationInput,
    options: FetchOptions,
  ): Promise<StoredBytes & { readonly foundAt: FoundAt; readonly isGraph: boolean | null }> {
    const { field, signal } = options;
    const located = await this.sources.locate(url, {
      field,
      signal,
      credentials,
      credentialsField: [...field, 'credentials'],
    });
    try {
      const stored = await new Transfer(this.artifacts, this.graphs, options).bring(located);
      if (typeof digest === 'string' && digest !== stored.digest)
        throw new DomainError(
          'DIGEST_MISMATCH',
          `Expected a model of digest ${digest} there, got ${stored.digest}: it is another one, or packed in another way.`,
          { field: [...field, 'digest'] },
        );
      const { size } = stored;
      return { digest: stored.digest, size, foundAt: located.foundAt, isGraph: hasGraph(located) };
    } finally {
      await located.close();
    }
  }
}

/** One model on its way. */
class Transfer {
  private done = 0;
  private total: number | null = null;

  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly graphs: RuntimeGraphs,
    private readonly options: FetchOptions,
  ) {}

  async bring(located: Located): Promise<StoredBytes> {
    if (located.kind === 'folder') return this.bringFolder(located.files);
    const { file, sibling } = located;
    const graph = await this.store(file);
    const beside = await this.weightsOf(file, graph);
    const others = beside.map(sibling).filter((each) => each !== null);
    return others.length === 0 ? graph : this.bundle(file.name, graph, others);
  }

  /** Of a folder with a graph, what belongs to that; else all of it. */
  private async bringFolder(files: readonly LocatedFile[]): Promise<StoredBytes> {
    const [main, ...more] = files.filter(isGraph);
    if (main === undefined) return this.withMembers(files, []);
    if (more.length > 0) throw severalGraphs([main, ...more], this.options.field);
    const graph = await this.store(main);
    const folder = posix.dirname(main.name);
    const others = (await this.weightsOf(main, graph)).map((path) => {
      const name = posix.join(folder, path);
      const found = files.find((file) => file.name === name);
      if (found !== undefined) return { ...found, name: path };
      throw new DomainError(
        'INVALID_MODEL',
        `The graph ${JSON.stringify(main.name)} has weights in ${JSON.stringify(path)}, which is not in the folder.`,
        { field: this.options.field },
      );
    });
    return others.length === 0 ? graph : this.bundle(posix.basename(main.name), graph, others);
  }

  private bundle(name: string, graph: StoredBytes, others: readonly LocatedFile[]): Promise<StoredBytes> {
    const stored: Member = { name, size: graph.size, read: () => this.artifacts.readChecked(graph.digest) };
    return this.withMembers(others, [stored]);
  }

  /** Stores files together. Those whose size nobody knows lie on disk meanwhile. */
  private async withMembers(files: readonly LocatedFile[], known: readonly Member[]): Promise<StoredBytes> {
    const staged: StagedArtifact[] = [];
    try {
      const members: Member[] = [...known];
      for (const file of files) {
        const size = await file.size();
        if (size !== undefined) {
          this.expect(size);
          members.push({ name: file.name, size, read: () => this.bytesOf(file, size) });
          continue;
        }
        const aside = await this.artifacts.stage(this.bytesOf(file), { signal: this.options.signal });
        staged.push(aside);
        members.push({ name: file.name, size: aside.size, read: () => createReadStream(aside.path) });
      }
      return await putMembers(this.artifacts, members, this.options.signal);
    } finally {
      for (const each of staged) await each.discard();
    }
  }

  private async store(file: LocatedFile): Promise<StoredBytes> {
    const { body, size, close } = await file.open();
    if (size !== undefined) this.expect(size);
    try {
      return await this.artifacts.put(this.counted(body), {
        signal: this.options.signal,
        ...(size !== undefined && { expectedBytes: size }),
      });
    } finally {
      close();
    }
  }

  /** Files that a graph names, by their paths from its folder; what leads elsewhere is left for publishing to refuse. */
  private async weightsOf({ name }: LocatedFile, { digest }: StoredBytes): Promise<string[]> {
    if (!isGraph({ name })) return [];
    try {
      await this.graphs.inspect(digest, this.options.signal);
      return [];
    } catch (error) {
      this.options.signal.throwIfAborted();
      if (!(error instanceof WeightsElsewhere)) return [];
      const paths = error.files.map((path) => posix.normalize(path));
      const leadsOut = paths.some((path) => posix.isAbsolute(path) || path.startsWith('..') || path === '.');
      return leadsOut ? [] : paths;
    }
  }

  private async *bytesOf(file: LocatedFile, expected?: number): AsyncGenerator<Buffer> {
    const { body, size, close } = await file.open();
    try {
      if (expected !== undefined && size !== undefined && size !== expected)
        throw new DomainError(
          'ARTIFACT_NOT_FOUND',
          `The file ${JSON.stringify(file.name)} has ${size} bytes, where ${expected} were announced: it changed meanwhile. Try again.`,
          { field: this.options.field },
        );
      for await (const chunk of this.counted(body))
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    } finally {
      close();
    }
  }

  private async *counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.done += chunk.length;
      this.options.onProgress?.(this.done, this.total);
      yield chunk;
    }
  }

  private expect(bytes: number): void {
    this.total = (this.total ?? 0) + bytes;
  }
}

/** By its name; null for a file whose name tells nothing. */
function hasGraph(located: Located): boolean | null {
  if (located.kind === 'folder') return located.files.some(isGraph);
  return isGraph(located.file) ? true : null;
}

function severalGraphs(graphs: readonly LocatedFile[], field: readonly string[]): DomainError {
  const names = graphs.slice(0, 5).map(({ name }) => JSON.stringify(name));
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected one .onnx file in the folder, got ${graphs.length}: ${names.join(', ')}${graphs.length > 5 ? ', …' : ''}. Name one of them; the files its weights lie in come along.`,
    { field },
  );
}
