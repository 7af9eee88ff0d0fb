import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { DomainError } from '../../platform/errors.js';
import type { S3Config } from '../../platform/source-config.js';
import { checkedFile, type Announced } from '../checked-file.js';
import { MAX_LISTED, type Located, type LocatedFile, type LocateOptions, type OpenFile } from '../located.js';
import { isFolderPath, type SourceAddress } from '../source-address.js';
import type { ArtifactDownloader } from '../web/artifact-downloader.js';
import { readText } from '../web/read-text.js';
import { encoded } from '../web/web-source.js';
import { readKeys, type S3Keys } from './s3-keys.js';

const MAX_ANSWER_BYTES = 16 * 1024 ** 2;
/** Where Amazon's old host names of buckets lead, and what other servers mostly call themselves. */
const USUAL_REGION = 'us-east-1';

type S3Address = Extract<SourceAddress, { kind: 's3' }>;

/** Objects of a bucket: of Amazon's, or of the server that the operator names (https://docs.aws.amazon.com/AmazonS3/latest/API). */
export class S3Source {
  private readonly keys: S3Keys | null;

  /** @param secret of the caller's, or else the operator's; null: the bucket is public */
  constructor(
    private readonly downloader: ArtifactDownloader,
    private readonly config: S3Config,
    private readonly options: LocateOptions,
  ) {
    this.keys = options.secret === null ? null : readKeys(options.secret, options.field);
  }

  /** @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND */
  async locate(address: S3Address): Promise<Located> {
    const { bucket, key, versionId } = address;
    const foundAt = {
      repository: `s3://${bucket}`,
      commit: versionId,
      path: key,
      url: `s3://${bucket}/${key}`,
    };
    const close = async () => undefined;
    if (isFolderPath(key)) return { kind: 'folder', files: await this.list(bucket, key), foundAt, close };
    return {
      kind: 'file',
      file: this.file(bucket, { key, name: posix.basename(key), versionId }),
      sibling: (path) => this.file(bucket, { key: posix.join(posix.dirname(key), path), name: path }),
      foundAt,
      close,
    };
  }

  private file(
    bucket: string,
    object: { key: string; name: string; size?: number; versionId?: string | null },
  ): LocatedFile {
    const { key, name, versionId = null } = object;
    const query: Record<string, string> = versionId === null ? {} : { versionId };
    const url = this.address(bucket, key, query);
    return {
      name,
      size: async () => object.size ?? (await this.sizeOf(url)),
      open: async () => this.open(url, object.size),
    };
  }

  private async open(url: URL, expectedSize: number | undefined): Promise<OpenFile> {
    let checksum: string | undefined;
    const { field } = this.options;
    const file = await this.downloader.open(url, {
      ...this.request(),
      expectedSize,
      refusal: (response) => this.refusal(response),
      onAnswer: ({ headers }) => (checksum = headers['x-amz-checksum-sha256'] as string | undefined),
    });
    return checkedFile(file, announcedBy(checksum), { host: url.host, field });
  }

  private async sizeOf(url: URL): Promise<number | undefined> {
    const response = await this.downloader.request(url, { ...this.request(), method: 'HEAD' });
    response.destroy();
    if (response.statusCode !== 200) return undefined;
    return Number(response.headers['content-length']);
  }

  /** Files below a prefix. @throws DomainError */
  private async list(bucket: string, prefix: string): Promise<LocatedFile[]> {
    const { readObjectPage } = await import('./s3-answers.js');
    const files: LocatedFile[] = [];
    for (let token: string | null = null; ;) {
      const query = { 'list-type': '2', prefix, ...(token !== null && { 'continuation-token': token }) };
      const response = await this.downloader.request(this.address(bucket, '', query), this.request());
      if (response.statusCode !== 200) throw await this.refusal(response);
      const page = readObjectPage((await readText(response, MAX_ANSWER_BYTES)) ?? '');
      if (page === null) throw this.failed('it answers a listing of the folder that cannot be read');
      for (const { key, size } of page.objects)
        // Consoles make empty objects that stand for folders.
        if (!isFolderPath(key)) files.push(this.file(bucket, { key, name: key.slice(prefix.length), size }));
      if (files.length > MAX_LISTED) throw this.failed(`more than ${MAX_LISTED} objects begin so`);
      token = page.nextToken;
      if (token === null) break;
    }
    if (files.length === 0)
      throw this.failed(`no object of the bucket begins with ${JSON.stringify(prefix)}`);
    return files;
  }

  private address(bucket: string, key: string, query: Record<string, string>): URL {
    if (key.split('/').some((part) => part === '.' || part === '..'))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a key without "." and ".." between its slashes, got ${JSON.stringify(key.slice(0, 200))}.`,
        { field: this.options.field },
      );
    const { endpoint, region, pathStyle } = this.config;
    const server = endpoint ?? `https://s3.${region === null ? '' : `${region}.`}amazonaws.com`;
    const url = new URL(server);
    // A bucket with dots does not match a certificate for *.server.
    if (pathStyle || bucket.includes('.'))
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}/${encoded(key)}`;
    else {
      url.host = `${bucket}.${url.host}`;
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${encoded(key)}`;
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // As the signature has it.
    url.search = url.search.replaceAll('+', '%20');
    return url;
  }

  private request() {
    const { field, signal } = this.options;
    return { field, signal, ...(this.keys !== null && { sign: this.signer(this.keys) }) };
  }

  private signer(keys: S3Keys) {
    const { region } = this.config;
    return async (url: URL, method: string): Promise<Record<string, string>> => {
      const { AwsV4Signer } = await import('aws4fetch');
      const signer = new AwsV4Signer({
        ...keys,
        method,
        url: url.href,
        service: 's3',
        region: region ?? USUAL_REGION,
        headers: { 'x-amz-checksum-mode': 'ENABLED' },
      });
      return Object.fromEntries((await signer.sign()).headers);
    };
  }

  /** What an S3 server means by an answer, in words. */
  private async refusal(response: IncomingMessage): Promise<DomainError> {
    const { readError } = await import('./s3-answers.js');
    const { statusCode, headers } = response;
    const error = readError((await readText(response, MAX_ANSWER_BYTES).catch(() => null)) ?? '');
    const region = headers['x-amz-bucket-region'];
    if (typeof region === 'string' && [301, 307, 400].includes(statusCode ?? 0))
      return this.failed(`the bucket lies in the region ${region}; the operator says so by RETORT_S3_REGION`);
    const said = error === null ? `it answers ${statusCode}` : `${error.code}: ${error.message}`;
    const hint =
      statusCode !== 403
        ? ''
        : this.keys === null
          ? '; only public buckets are read without RETORT_S3_CREDENTIALS or artifact.location.credentials'
          : '; the credentials do not allow it';
    return this.failed(`${said.replace(/\.$/, '')}${hint}`);
  }

  private failed(why: string): DomainError {
    const { host } = new URL(this.config.endpoint ?? 'https://s3.amazonaws.com');
    return new DomainError('ARTIFACT_NOT_FOUND', `The file could not be fetched from ${host}: ${why}.`, {
      field: this.options.field,
    });
  }
}

/** Of objects in parts it is a checksum of checksums, which says nothing that could be checked. */
function announcedBy(checksum: string | undefined): Announced | null {
  if (checksum === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(checksum)) return null;
  return { kind: 'sha256', hex: Buffer.from(checksum, 'base64').toString('hex') };
}
