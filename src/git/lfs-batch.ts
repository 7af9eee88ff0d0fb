import { z } from 'zod';
import { parseVersionRef, type CatalogReader, type ModelRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';

/** A client asks for 100 at a time. */
const MAX_OBJECTS = 1_000;

const request = z.object({
  operation: z.enum(['download', 'upload']),
  transfers: z.array(z.string()).nullish(),
  objects: z.array(z.object({ oid: z.string(), size: z.number() })).max(MAX_OBJECTS),
  hash_algo: z.string().nullish(),
});
export type LfsBatch = z.infer<typeof request>;

interface LfsObject {
  readonly oid: string;
  readonly size: number;
  readonly actions?: { readonly download: { readonly href: string } };
  readonly error?: { readonly code: number; readonly message: string };
}

export interface LfsBatchAnswer {
  readonly transfer: 'basic';
  readonly objects: readonly LfsObject[];
  readonly hash_algo: 'sha256';
}

/** @throws DomainError INVALID_ARGUMENT, or FORBIDDEN for an upload */
export function parseLfsBatch(body: unknown): LfsBatch {
  const parsed = request.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a batch request of the Git LFS API: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
    );
  }
  const batch = parsed.data;
  if (batch.operation === 'upload') throw readOnly();
  if (batch.transfers && batch.transfers.length > 0 && !batch.transfers.includes('basic'))
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected "basic" among the transfers: there is no other here.',
    );
  if (batch.hash_algo && batch.hash_algo !== 'sha256')
    throw new DomainError('INVALID_ARGUMENT', 'Expected hash_algo "sha256": there is no other here.');
  return batch;
}

export function readOnly(): DomainError {
  return new DomainError(
    'FORBIDDEN',
    'This repository is read-only: it shows what the catalog has. Publish a version with publishVersion, name it with tagVersion and setAlias, then pull.',
  );
}

/**
 * Where each object can be downloaded; of other models' files it tells nothing. As many statements however many there are.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
 */
export async function answerLfsBatch(
  catalog: CatalogReader,
  model: ModelRecord,
  { objects }: LfsBatch,
  addressOf: (digest: string) => string,
): Promise<LfsBatchAnswer> {
  const digests = objects.map(({ oid }) => (/^[0-9a-f]{64}$/.test(oid) ? `sha256:${oid}` : null));
  const versions = await catalog.versionsByRefs(
    digests.flatMap((digest) => (digest === null ? [] : [parseVersionRef(`${model.name}@${digest}`)])),
  );
  const artifacts = await catalog.artifactsByDigests(
    versions.flatMap((version) => (version ? [version.artifactDigest] : [])),
  );
  const attached = await catalog.attachedSizes(
    model.id,
    digests.filter((digest) => digest !== null),
  );
  const sizes = new Map([
    ...attached,
    ...artifacts.map(({ digest, size }) => [digest, Number(size)] as const),
  ]);
  return {
    transfer: 'basic',
    objects: objects.map(({ oid, size: asked }, index) => {
      const digest = digests[index] ?? null;
      if (digest === null)
        return { oid, size: asked, error: { code: 422, message: 'Expected 64 hexadecimal digits.' } };
      const size = sizes.get(digest);
      if (size === undefined)
        return {
          oid,
          size: asked,
          error: { code: 404, message: `No version of "${model.name}" consists of it, or has it attached.` },
        };
      return { oid, size, actions: { download: { href: addressOf(digest) } } };
    }),
    hash_algo: 'sha256',
  };
}
