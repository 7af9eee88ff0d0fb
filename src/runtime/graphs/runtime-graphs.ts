import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDigest, isGraph, storedBundle, type ArtifactStore } from '../../artifacts/index.js';
import {
  deriveInChild,
  REWRITER_VERSION,
  rewriteId,
  type StoredGraph,
  type Rewrite,
} from '../../onnx/index.js';
import { GraphCache } from '../sessions/graph-cache.js';
import { type Inspection } from '../inspection/inspect-model.js';
import { type ModelFiles } from '../model-folders.js';
import { type ModelInspector } from '../inspection/model-inspector.js';
import { DomainError } from '../../platform/errors.js';
import { StoreUnavailable } from '../../platform/failures.js';
import { readDescriptor, type RemoteDescriptor } from '../remote/remote-descriptor.js';
import { remoteInspection } from '../remote/remote-inspection.js';
import { BundleFolders } from './bundle-folders.js';

/** What a version's graph is made from. */
export interface GraphOrigin {
  /** Of the artifact. */
  readonly digest: string;
  /** What was changed when the version was published; empty when the artifact is loaded as it is. */
  readonly rewrites: readonly Rewrite[];
}

export interface InspectionWish {
  readonly rewrites?: readonly Rewrite[];
  readonly signal?: AbortSignal | undefined;
}

/** Files for the runtime to load, whose bytes have been checked. */
export interface RuntimeGraph {
  /** Names the bytes: the artifact's digest, or what it was derived from. */
  readonly key: string;
  /** For this process and its children alone, and never part of an answer. Made anew when the file is gone meanwhile. */
  files(): Promise<ModelFiles>;
}

/**
 * The one way from an artifact to the files that the runtime loads. A bundle is unpacked. Artifacts never change; what has to be different for the
 * runtime is derived from them and kept in the cache, by digest and by the version of what derives it. The cache may be
 * deleted at any time: everything in it is made anew, and used only when its bytes have the hash in its name.
 */
export class RuntimeGraphs {
  private readonly artifacts: ArtifactStore;
  private readonly inspector: ModelInspector;
  private readonly cache: GraphCache;
  private readonly bundles: BundleFolders;
  /** Under way, by key: many loads of one version derive its graph once. */
  private readonly deriving = new Map<string, Promise<string>>();

  constructor(deps: {
    readonly artifacts: ArtifactStore;
    readonly inspector: ModelInspector;
    /** Where derived graphs are kept. */
    readonly directory: string;
  }) {
    this.artifacts = deps.artifacts;
    this.inspector = deps.inspector;
    this.cache = new GraphCache(deps.directory);
    this.bundles = new BundleFolders(join(deps.directory, 'bundles'));
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, UNSUPPORTED_MODEL, STORAGE_FULL, UNAVAILABLE */
  async open(origin: GraphOrigin, signal?: AbortSignal): Promise<RuntimeGraph> {
    const { digest, rewrites } = origin;
    const files = await this.source(digest, signal);
    if (rewrites.length === 0) return { key: digest, files: () => Promise.resolve(files) };
    const key = keyOf(origin);
    let model = await this.derived(origin, files, key, signal);
    return {
      key,
      files: async () => {
        if (!(await exists(model))) model = await this.derived(origin, await this.source(digest), key);
        return { ...files, model };
      },
    };
  }

  /**
   * A graph that something else than rewriting makes of the one that is loaded: kept in the cache by its name, and made anew
   * when that is gone.
   *
   * @param make writes the graph to `target` and answers its SHA-256
   * @throws DomainError as `open`; what `make` throws
   */
  async made(
    origin: GraphOrigin,
    name: string,
    make: (files: ModelFiles, target: string) => Promise<string>,
    signal?: AbortSignal,
  ): Promise<{ readonly key: string; readonly files: ModelFiles }> {
    const files = await (await this.open(origin, signal)).files();
    const key = createHash('sha256')
      .update(JSON.stringify([keyOf(origin), name]))
      .digest('hex');
    let model = await this.intact(key, signal);
    if (model === undefined) {
      const target = await this.draft();
      try {
        await this.cache.keep(target, key, await make(files, target));
      } finally {
        await this.cache.drop(target);
      }
      model = (await this.cache.find(key))?.path;
    }
    if (model === undefined) throw cacheFull('made of the artifact');
    return { key, files: { ...files, model } };
  }

  /**
   * What a version of this artifact is served by, when that is another server; null for a graph.
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, INVALID_MODEL
   */
  async remoteOf(digest: string, signal?: AbortSignal): Promise<RemoteDescriptor | null> {
    const first = await readDescriptor(await this.artifacts.unverified(digest));
    return first && readDescriptor(await this.artifacts.verified(digest, signal));
  }

  /**
   * A stored artifact for callers that compare it: a single file is hashed there, a bundle has been here.
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, STORAGE_FULL; UNSUPPORTED_MODEL for a remote model
   */
  async stored(digest: string, signal?: AbortSignal): Promise<StoredGraph> {
    const path = await this.artifacts.unverified(digest);
    if ((await readDescriptor(path)) !== null)
      throw new DomainError(
        'UNSUPPORTED_MODEL',
        `The graph behind ${digest} is on another server, which does not show it: compare answers instead.`,
      );
    if ((await storedBundle(path)) === null) return { path, digest };
    const { model, data = [] } = await this.source(digest, signal);
    return { path: model, digest: null, data };
  }

  /**
   * Reads a stored artifact nobody has looked at yet, and derives its graph when there has to be another one.
   *
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, and what reading the artifact throws
   */
  async inspect(digest: string, signal?: AbortSignal): Promise<Inspection> {
    return this.inspectFiles(digest, await this.source(digest, signal), { signal });
  }

  /**
   * As `inspect`, of bytes that are not in the store yet: a file with this digest.
   *
   * @param options.rewrites of a version that was published elsewhere; all that help when left out
   */
  async inspectFile(digest: string, path: string, options: InspectionWish = {}): Promise<Inspection> {
    return this.inspectFiles(digest, await this.unpacked(digest, path, options.signal), options);
  }

  private async inspectFiles(
    digest: string,
    files: ModelFiles,
    options: InspectionWish,
  ): Promise<Inspection> {
    const remote = files.data === undefined ? await readDescriptor(files.model) : null;
    if (remote !== null) return remoteInspection(remote);
    const draft = await this.draft();
    try {
      const inspection = await this.inspector.inspect(files, { derivedTo: draft, ...options });
      const { derived, rewrites } = inspection;
      if (derived !== null) await this.cache.keep(draft, keyOf({ digest, rewrites }), derived);
      if (files.data === undefined) return inspection;
      return { ...inspection, graph: { ...inspection.graph, format: 'ONNX_BUNDLE' } };
    } finally {
      await this.cache.drop(draft);
    }
  }

  /** The artifact's own files. A bundle that is unpacked already says by itself whether it is whole. */
  private async source(digest: string, signal?: AbortSignal): Promise<ModelFiles> {
    await this.artifacts.stat(digest);
    const known = await this.bundles.find(digest, signal);
    return known ?? this.unpacked(digest, await this.artifacts.verified(digest, signal), signal);
  }

  /** @param path of bytes that are the digest's */
  private async unpacked(digest: string, path: string, signal?: AbortSignal): Promise<ModelFiles> {
    const members = await storedBundle(path);
    if (members !== null && !members.some(isGraph)) throw notConverted();
    return members === null ? { model: path } : this.bundles.unpack(digest, members, signal);
  }

  private async derived(
    origin: GraphOrigin,
    files: ModelFiles,
    key: string,
    signal?: AbortSignal,
  ): Promise<string> {
    const known = await this.intact(key, signal);
    if (known !== undefined) return known;
    const making = this.deriving.get(key) ?? this.derive(origin, files, key);
    this.deriving.set(key, making);
    try {
      return await making;
    } finally {
      if (this.deriving.get(key) === making) this.deriving.delete(key);
    }
  }

  /** Of the cache, when its bytes have the hash in its name. */
  private async intact(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const known = await this.cache.find(key);
    if (known === undefined) return undefined;
    const actual = await fileDigest(known.path, signal).catch(() => null);
    if (actual === `sha256:${known.sha256}`) return known.path;
    await this.cache.drop(known.path);
    return undefined;
  }

  private async derive({ rewrites }: GraphOrigin, files: ModelFiles, key: string): Promise<string> {
    const target = await this.draft();
    try {
      const sha256 = await deriveInChild({ path: files.model, target, rewrites });
      await this.cache.keep(target, key, sha256);
    } finally {
      await this.cache.drop(target);
    }
    const kept = await this.cache.find(key);
    if (kept !== undefined) return kept.path;
    throw cacheFull('derived from the artifact');
  }

  private async draft(): Promise<string> {
    const draft = await this.cache.draft();
    if (draft !== undefined) return draft;
    throw new StoreUnavailable(
      'The cache of graphs cannot be written. The operator must free space, or give the server its data directory back',
      { code: 'STORAGE_FULL' },
    );
  }
}

function cacheFull(what: string): StoreUnavailable {
  return new StoreUnavailable(
    `The cache of graphs cannot take what was ${what}. The operator must free space`,
    {
      code: 'STORAGE_FULL',
    },
  );
}

function notConverted(): DomainError {
  return new DomainError(
    'INVALID_MODEL',
    'Expected an ONNX model, got the folder of a model of another framework: startConversion makes ONNX of it.',
    { field: ['artifact'] },
  );
}

function keyOf({ digest, rewrites }: GraphOrigin): string {
  const parts = [REWRITER_VERSION, digest, rewrites.map(rewriteId).toSorted()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
