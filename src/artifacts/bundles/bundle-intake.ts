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
      const arranged = arrange(members);
      const [only, ...others] = arranged;
      const signal = options.signal === undefined ? {} : { signal: options.signal };
      if (only !== undefined && others.length === 0)
        return await artifacts.put(only.read(), { ...signal, expectedBytes: only.size });
      return await artifacts.put(bundleBytes(arranged), { ...signal, expectedBytes: bundleSize(arranged) });
    } finally {
      close();
    }
  } finally {
    await staged.discard();
  }
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
