import type { StoredArtifact } from '../artifact-files.js';
import type { ArtifactStore } from '../artifact-store.js';
import type { UploadOptions } from '../upload.js';
import { arrange, bundleBytes, bundleSize } from './arrange.js';
import type { Member } from './member.js';
import { storedBundle } from './stored-bundle.js';
import { tarMembers } from './tar-members.js';
import { zipMembers } from './zip-members.js';

export type PackedAs = 'tar' | 'zip';

/**
 * Takes a model that comes with the files its weights lie in. They are stored as one bundle, whose digest is the same
 * whoever packed them; a model that is alone in its archive is stored as if it had been sent alone.
 *
 * @throws DomainError INVALID_ARGUMENT, ARTIFACT_TOO_LARGE, DIGEST_MISMATCH, STORAGE_FULL. An announced digest or length is
 * that of the bytes sent.
 */
export async function putBundle(
  artifacts: ArtifactStore,
  source: AsyncIterable<Uint8Array>,
  { packedAs, ...options }: UploadOptions & { readonly packedAs: PackedAs },
): Promise<StoredArtifact & { alreadyStored: boolean }> {
  const staged = await artifacts.stage(source, options);
  const { digest, size, path } = staged;
  const keepSent = async () => ({ digest, size, ...(await staged.keep()) });
  try {
    if (packedAs === 'tar' && (await isBundle(path))) return await keepSent();
    const { members, close } = await unpacked(path, packedAs, artifacts.maxBytes);
    try {
      return await putMembers(artifacts, members, options.signal);
    } finally {
      close();
    }
  } finally {
    await staged.discard();
  }
}

/**
 * Stores the files of one model: as one bundle, or as what it is where there is only one.
 *
 * @throws DomainError INVALID_ARGUMENT, ARTIFACT_TOO_LARGE, STORAGE_FULL; what reading a member throws
 */
export async function putMembers(
  artifacts: ArtifactStore,
  members: readonly Member[],
  signal?: AbortSignal,
): Promise<StoredArtifact & { alreadyStored: boolean }> {
  const arranged = arrange(members);
  const [only, ...others] = arranged;
  const options = signal === undefined ? {} : { signal };
  if (only !== undefined && others.length === 0)
    return artifacts.put(only.read(), { ...options, expectedBytes: only.size });
  return artifacts.put(bundleBytes(arranged), { ...options, expectedBytes: bundleSize(arranged) });
}

/** One file is no bundle, though its tar may have the form. */
async function isBundle(path: string): Promise<boolean> {
  const members = await storedBundle(path).catch(() => null);
  return members !== null && members.length > 1;
}

async function unpacked(
  path: string,
  packedAs: PackedAs,
  maxBytes: number,
): Promise<{ members: Member[]; close: () => void }> {
  if (packedAs === 'zip') return zipMembers(path, maxBytes);
  return { members: await tarMembers(path), close: () => undefined };
}
