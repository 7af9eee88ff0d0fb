import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../platform/errors.js';
import type { SecretsFile } from '../platform/secrets-file.js';
import { DEFAULT_SOURCES, type SourceConfig } from '../platform/source-config.js';
import type { Located, LocateOptions } from './located.js';
import { sourceAddress, type SourceAddress } from './source-address.js';
import { ArtifactDownloader } from './web/artifact-downloader.js';
import { locateOnWeb } from './web/web-source.js';

export interface SourceRequest {
  /** The path of the address in the caller's input. */
  readonly field: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** The name of a secret. */
  readonly credentials?: string | null | undefined;
  readonly credentialsField?: readonly string[];
}

export interface SourcesSettings {
  readonly config?: SourceConfig;
  readonly secrets?: Pick<SecretsFile, 'find'>;
  /** For what has to lie on disk while it is read. */
  readonly directory: string;
  /** Of one artifact. */
  readonly maxBytes: number;
  /** By default one that keeps to the configuration. */
  readonly downloader?: ArtifactDownloader | undefined;
}

/** Where models may be fetched from: web addresses, S3, the Hugging Face Hub, Git. Each kind is loaded when it is first used. */
export class ArtifactSources {
  private readonly config: SourceConfig;
  private readonly downloader: ArtifactDownloader;
  private readonly directory: string;

  constructor(private readonly settings: SourcesSettings) {
    this.config = settings.config ?? DEFAULT_SOURCES;
    this.directory = join(settings.directory, 'sources');
    const { hosts, s3, huggingFaceEndpoint } = this.config;
    const own = [
      s3.endpoint,
      huggingFaceEndpoint === DEFAULT_SOURCES.huggingFaceEndpoint ? null : huggingFaceEndpoint,
    ];
    const named = own.flatMap((address) => (address === null ? [] : [new URL(address)]));
    this.downloader =
      settings.downloader ??
      new ArtifactDownloader({
        hosts: [
          ...hosts,
          // What the operator set is where the operator wants to be led; buckets are names below it.
          ...named.flatMap(({ host }) =>
            s3.pathStyle || host !== named[0]?.host ? [host] : [host, `*.${host}`],
          ),
        ],
      });
  }

  /** Removes what an earlier process left behind. */
  async prepare(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /** What can be found wrong before anything is connected to. @throws DomainError INVALID_ARGUMENT */
  async check(text: string, request: SourceRequest): Promise<void> {
    const address = sourceAddress(text, request.field);
    if (address.kind === 'web') this.downloader.hosts.check(address.url, request.field);
    if (address.kind === 'git') this.downloader.hosts.check(address.repository, request.field);
    await this.secretFor(address, request);
  }

  /**
   * What an address names. `close` of what it answers has to be called.
   *
   * @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE
   */
  async locate(text: string, request: SourceRequest): Promise<Located> {
    const { field, signal = new AbortController().signal } = request;
    const address = sourceAddress(text, field);
    const options: LocateOptions = { field, signal, secret: await this.secretFor(address, request) };
    switch (address.kind) {
      case 'web':
        return locateOnWeb(this.downloader, address.url, options);
      case 's3': {
        const { S3Source } = await import('./s3/s3-source.js');
        return new S3Source(this.downloader, this.config.s3, options).locate(address);
      }
      case 'hugging-face': {
        const { HuggingFaceSource } = await import('./hugging-face/hugging-face-source.js');
        const { huggingFaceEndpoint } = this.config;
        return new HuggingFaceSource(this.downloader, huggingFaceEndpoint, options).locate(address);
      }
      case 'git': {
        const { GitSource } = await import('./git/git-source.js');
        const { maxBytes } = this.settings;
        return new GitSource(this.downloader, this.directory, address, { ...options, maxBytes }).locate();
      }
    }
  }

  /** As it is sent, or for S3, as it signs. @throws DomainError INVALID_ARGUMENT */
  private async secretFor(address: SourceAddress, request: SourceRequest): Promise<string | null> {
    const { credentials } = request;
    const field = request.credentialsField ?? request.field;
    if (address.kind === 's3') {
      const name = credentials ?? this.operatorsFor(address);
      return name === null ? null : this.find(name, field);
    }
    if (credentials === undefined || credentials === null) return null;
    const url = this.hostOf(address);
    if (!this.downloader.hosts.isNamed(url))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Credentials are sent only to hosts that the operator names: have ${JSON.stringify(url.host)} added to RETORT_SOURCE_HOSTS.`,
        { field },
      );
    const secret = await this.find(credentials, field);
    if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(secret))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `The secret ${JSON.stringify(credentials)} has characters that a header cannot carry.`,
        { field },
      );
    return /^(?:Bearer|Basic) /.test(secret) ? secret : `Bearer ${secret}`;
  }

  private hostOf(address: Exclude<SourceAddress, { kind: 's3' }>): URL {
    if (address.kind === 'web') return address.url;
    return address.kind === 'git' ? address.repository : new URL(this.config.huggingFaceEndpoint);
  }

  /** The name of the secret that the operator lets everybody use for this object. */
  private operatorsFor({ bucket, key }: Extract<SourceAddress, { kind: 's3' }>): string | null {
    const { credentials, buckets } = this.config.s3;
    if (credentials === null || buckets.length === 0) return credentials;
    const isListed = buckets.some((entry) => {
      const [name, ...parts] = entry.replace(/\/$/, '').split('/');
      const prefix = parts.join('/');
      return name === bucket && (prefix === '' || key === prefix || key.startsWith(`${prefix}/`));
    });
    return isListed ? credentials : null;
  }

  private async find(name: string, field: readonly string[]): Promise<string> {
    const secret = await this.settings.secrets?.find(name).catch((error: unknown) => {
      throw new DomainError(
        'UNAVAILABLE',
        `Secrets cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
        {
          cause: error,
        },
      );
    });
    if (typeof secret === 'string') return secret;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `The operator's file of secrets (RETORT_SECRETS_FILE) has none of the name ${JSON.stringify(name.slice(0, 128))}.`,
      { field },
    );
  }
}
