import { z } from 'zod';
import { DomainError } from '../../platform/errors.js';
import { checkedFile } from '../checked-file.js';
import type { LocateOptions, OpenFile } from '../located.js';
import { sourceAddress } from '../source-address.js';
import type { ArtifactDownloader } from '../web/artifact-downloader.js';
import { readText } from '../web/read-text.js';
import type { LfsPointer } from './lfs-pointer.js';

const MAX_ANSWER_BYTES = 1024 ** 2;
const MEDIA_TYPE = 'application/vnd.git-lfs+json';

/** https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md */
const batchAnswer = z.object({
  objects: z
    .array(
      z.object({
        oid: z.string(),
        error: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
        actions: z
          .object({
            download: z
              .object({ href: z.string(), header: z.record(z.string(), z.string()).optional() })
              .optional(),
          })
          .optional(),
      }),
    )
    .min(1),
});

/** Files that a Git repository has in its large file storage. */
export class LfsClient {
  constructor(
    private readonly downloader: ArtifactDownloader,
    private readonly repository: URL,
    private readonly options: LocateOptions,
  ) {}

  /** @throws DomainError ARTIFACT_NOT_FOUND, INVALID_ARGUMENT */
  async open({ oid, size }: LfsPointer): Promise<OpenFile> {
    const { field, signal, secret } = this.options;
    const url = this.batchUrl();
    const response = await this.downloader.request(url, {
      method: 'POST',
      field,
      signal,
      authorization: secret,
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
      body: JSON.stringify({
        operation: 'download',
        transfers: ['basic'],
        objects: [{ oid, size }],
        hash_algo: 'sha256',
      }),
      followsRedirects: false,
    });
    const text = await readText(response, MAX_ANSWER_BYTES);
    if (response.statusCode !== 200)
      throw this.failed(`its large file storage answers ${response.statusCode} to ${url.pathname}`);
    const action = this.download(text ?? '');
    const address = sourceAddress(new URL(action.href, url).href, field);
    if (address.kind !== 'web')
      throw this.failed('its large file storage names something that is no web address');
    const isSameHost = address.url.origin === url.origin;
    const file = await this.downloader.open(address.url, {
      field,
      signal,
      headers: action.header ?? {},
      authorization: isSameHost && !hasAuthorization(action.header) ? secret : null,
      expectedSize: size,
    });
    return checkedFile(file, { kind: 'sha256', hex: oid }, { host: address.url.host, field });
  }

  private download(text: string): { href: string; header?: Record<string, string> | undefined } {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = null;
    }
    const [object] = batchAnswer.safeParse(parsed).data?.objects ?? [];
    if (object?.error !== undefined)
      throw this.failed(
        `its large file storage does not have the file (${object.error.message?.slice(0, 200) ?? object.error.code})`,
      );
    const download = object?.actions?.download;
    if (download === undefined) throw this.failed('its large file storage answers no place to download from');
    return download;
  }

  /** As the specification finds it, without asking. */
  private batchUrl(): URL {
    const url = new URL(this.repository);
    const path = url.pathname.replace(/\/$/, '');
    url.pathname = `${path.endsWith('.git') ? path : `${path}.git`}/info/lfs/objects/batch`;
    return url;
  }

  private failed(why: string): DomainError {
    return new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The file could not be fetched from ${this.repository.host}: ${why}.`,
      { field: this.options.field },
    );
  }
}

function hasAuthorization(header: Record<string, string> | undefined): boolean {
  return Object.keys(header ?? {}).some((name) => name.toLowerCase() === 'authorization');
}
