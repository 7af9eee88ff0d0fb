import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { uploadFile } from '../api/upload.js';
import type { Session } from '../command.js';
import { digestOf, isFolder, sizeOf } from '../files.js';
import { bundleOf, folderBundle } from './bundle.js';

export interface StoredFile {
  readonly digest: string;
  readonly size: number;
  /** False when the server had these bytes already. */
  readonly uploaded: boolean;
}

/**
 * Brings a model's file to the server, with the files its weights lie in, or its folder, unless it has the same bytes already. Both
 * sides hash it, so a bit that flips on the way does not get in.
 *
 * @param alone the file is no model, so nothing lies beside it
 */
export async function storeFile(
  file: string,
  { api, progress, signal }: Session,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<StoredFile> {
  const { http } = api;
  const bundle = alone ? null : await ((await isFolder(file)) ? folderBundle(file) : bundleOf(file));
  const size = bundle?.size ?? (await sizeOf(file));
  const digest = await progress.measure('Reading', size, 'bytes', async (bar) =>
    digestOf(file, bar, signal, bundle?.bytes()),
  );
  const known = await http.fetch(`artifacts/${digest}`, { method: 'HEAD' });
  if (known.ok) return { digest, size, uploaded: false };
  if (known.status !== 404)
    throw http.refusal(known.status, await http.text(await http.fetch(`artifacts/${digest}`)));

  const answer = await progress.measure('Uploading', size, 'bytes', async (bar) =>
    uploadFile(http, {
      to: `artifacts?digest=${digest}`,
      file,
      ...(bundle && { packed: { type: 'application/x-tar', bytes: () => bundle.bytes() } }),
      size,
      signal,
      onBytes: (count) => bar.advance(count),
    }),
  );
  const stored = (answer as { readonly digest?: unknown } | null)?.digest;
  if (stored !== digest)
    throw new Failure(EXIT.UNAVAILABLE, 'NOT_RETORT', `The server stored something other than ${file}.`);
  return { digest, size, uploaded: true };
}
