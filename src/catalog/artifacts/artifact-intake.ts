import { Readable } from 'node:stream';
import type { ArtifactStore } from '../../artifacts/index.js';
import { descriptorBytes, type RemoteEngines, type RemoteInput, remoteTarget } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import { decodeBase64 } from './base64.js';
import { withinRequest, type LocatedIntake } from './located-intake.js';
import type { LocationInput, StoredBytes } from './stored-bytes.js';
import type { ArtifactInput } from '../publishing/publication-input.js';

/**
 * Brings the bytes of a publication into the store, wherever they come from.
 *
 * @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE, DIGEST_MISMATCH, STORAGE_FULL,
 * REMOTE_UNUSABLE, UNAVAILABLE
 */
export class ArtifactIntake {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly located: LocatedIntake,
    private readonly remotes: RemoteEngines,
  ) {}

  async take(input: ArtifactInput, signal?: AbortSignal): Promise<StoredBytes> {
    const { digest, base64, url, remote, location } = input;
    const given = [digest, base64, url, remote, location].filter(
      (value) => value !== undefined && value !== null,
    );
    if (given.length !== 1) {
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected exactly one of digest, base64, url, location and remote, got ${given.length}.`,
        { field: ['artifact'] },
      );
    }
    if (typeof digest === 'string') return at(['artifact', 'digest'], () => this.artifacts.stat(digest));
    if (typeof base64 === 'string') {
      const field = ['artifact', 'base64'];
      return at(field, () => this.artifacts.put(decodeBase64(base64, field), { ...(signal && { signal }) }));
    }
    if (remote) return this.describe(remote, signal);
    return location
      ? this.fetch(location, ['artifact', 'location'], signal)
      : this.fetch({ url: url ?? '' }, ['artifact', 'url'], signal);
  }

  /** What stands for a model that is elsewhere: where it is, and which tensors it takes and gives. */
  private async describe(remote: RemoteInput, signal: AbortSignal | undefined): Promise<StoredBytes> {
    const field = ['artifact', 'remote'];
    const target = remoteTarget(remote, field);
    const signature = await at(field, () => this.remotes.signatureOf(target, field));
    signal?.throwIfAborted();
    return at(field, () => this.artifacts.put(Readable.from([descriptorBytes({ target, signature })])));
  }

  private fetch(
    location: LocationInput,
    field: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<StoredBytes> {
    return at(field, () => this.located.take(location, { field, signal: withinRequest(signal) }));
  }
}

/** The store knows nothing of our input; its errors are about this part of it. */
export async function at<T>(field: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.field?.[0] === field[0]) throw error;
    throw new DomainError(error.code, error.message, { field, cause: error });
  }
}
