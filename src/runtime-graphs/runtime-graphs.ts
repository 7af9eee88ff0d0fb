import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { fileDigest, type ArtifactStore } from '../artifacts/index.js';
import {
  deriveInChild,
  GraphCache,
  REWRITER_VERSION,
  rewriteId,
  type Inspection,
  type ModelInspector,
  type Rewrite,
} from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';

/** What a version's graph is made from. */
export interface GraphOrigin {
  /** Of the artifact. */
  readonly digest: string;
  /** What was changed when the version was published; empty when the artifact is loaded as it is. */
  readonly rewrites: readonly Rewrite[];
}

/** A file for the runtime to load, whose bytes have been checked. */
export interface RuntimeGraph {
  /** Names the bytes: the artifact's digest, or what it was derived from. */
  readonly key: string;
  /** For this process and its children alone, and never part of an answer. Made anew when the file is gone meanwhile. */
  path(): Promise<string>;
}

/**
 * The one way from an artifact to the file that the runtime loads. Artifacts never change; what has to be different for the
 * runtime is derived from them and kept in the cache, by digest and by the version of what derives it. The cache may be
 * deleted at any time: everything in it is made anew, and used only when its bytes have the hash in its name.
 */
export class RuntimeGraphs {
  private readonly artifacts: ArtifactStore;
  private readonly inspector: ModelInspector;
  private readonly cache: GraphCache;
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
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, UNSUPPORTED_MODEL, STORAGE_FULL, UNAVAILABLE */
  async open(origin: GraphOrigin, signal?: AbortSignal): Promise<RuntimeGraph> {
    const { digest, rewrites } = origin;
    if (rewrites.length === 0) {
      const path = await this.artifacts.verified(digest, signal);
      return { key: digest, path: () => Promise.resolve(path) };
    }
    const key = keyOf(origin);
    let path = await this.derived(origin, key, signal);
    return {
      key,
      path: async () => {
        if (!(await exists(path))) path = await this.derived(origin, key);
        return path;
      },
    };
  }

  /**
   * Reads a stored artifact nobody has looked at yet, and derives its graph when there has to be another one.
   *
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, and what reading the artifact throws
   */
  async inspect(digest: string, signal?: AbortSignal): Promise<Inspection> {
    const path = await this.artifacts.verified(digest, signal);
    return this.inspectFile(digest, path, { signal });
  }

  /**
   * As `inspect`, of bytes that are not in the store yet: a file with this digest.
   *
   * @param options.rewrites of a version that was published elsewhere; all that help when left out
   */
  async inspectFile(
    digest: string,
    path: string,
    options: { readonly rewrites?: readonly Rewrite[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Inspection> {
    const draft = await this.draft();
    try {
      const inspection = await this.inspector.inspect(path, { derivedTo: draft, ...options });
      const { derived, rewrites } = inspection;
      if (derived !== null) await this.cache.keep(draft, keyOf({ digest, rewrites }), derived);
      return inspection;
    } finally {
      await this.cache.drop(draft);
    }
  }

  private async derived(origin: GraphOrigin, key: string, signal?: AbortSignal): Promise<string> {
    const known = await this.cache.find(key);
    if (known !== undefined) {
      const actual = await fileDigest(known.path, signal).catch(() => null);
      if (actual === `sha256:${known.sha256}`) return known.path;
      await this.cache.drop(known.path);
    }
    const making = this.deriving.get(key) ?? this.derive(origin, key);
    this.deriving.set(key, making);
    try {
      return await making;
    } finally {
      if (this.deriving.get(key) === making) this.deriving.delete(key);
    }
  }

  private async derive({ digest, rewrites }: GraphOrigin, key: string): Promise<string> {
    const path = await this.artifacts.verified(digest);
    const target = await this.draft();
    try {
      const sha256 = await deriveInChild({ path, target, rewrites });
      await this.cache.keep(target, key, sha256);
    } finally {
      await this.cache.drop(target);
    }
    const kept = await this.cache.find(key);
    if (kept !== undefined) return kept.path;
    throw new DomainError(
      'STORAGE_FULL',
      'The cache of graphs cannot take what was derived from the artifact. The operator must free space',
    );
  }

  private async draft(): Promise<string> {
    const draft = await this.cache.draft();
    if (draft !== undefined) return draft;
    throw new DomainError(
      'STORAGE_FULL',
      'The cache of graphs cannot be written. The operator must free space, or give the server its data directory back',
    );
  }
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
