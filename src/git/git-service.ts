import type { Readable } from 'node:stream';
import type { CatalogReader } from '../catalog/index.js';
import { answerLfsBatch, parseLfsBatch, type LfsBatchAnswer } from './lfs-batch.js';
import { RepositoryCache, type CacheParts } from './repository-cache.js';
import { UploadPack, type UploadPackRequest } from './upload-pack.js';

/** Each model as a Git repository that can be read: see docs/decisions/0013-git.md. */
export class GitService {
  private readonly catalog: CatalogReader;
  private readonly cache: RepositoryCache;
  private readonly uploadPack: UploadPack;

  constructor(parts: CacheParts) {
    this.catalog = parts.catalog;
    this.cache = new RepositoryCache(parts);
    this.uploadPack = new UploadPack(this.cache, parts.logger);
  }

  /** @throws DomainError MODEL_NOT_FOUND or OVERLOADED; GitMissingError; GitFailedError when Git refuses the request */
  async fetch(model: string, request: UploadPackRequest): Promise<Readable> {
    return this.uploadPack.answer(await this.catalog.requireModel(model), request);
  }

  /** @throws DomainError MODEL_NOT_FOUND, INVALID_ARGUMENT or FORBIDDEN */
  async lfsBatch(
    model: string,
    body: unknown,
    addressOf: (digest: string) => string,
  ): Promise<LfsBatchAnswer> {
    const batch = parseLfsBatch(body);
    return answerLfsBatch(this.catalog, await this.catalog.requireModel(model), batch, addressOf);
  }

  async close(): Promise<void> {
    await this.cache.close();
  }
}
