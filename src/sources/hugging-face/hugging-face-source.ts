import { posix } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../../platform/errors.js';
import { checkedFile, type Announced } from '../checked-file.js';
import { MAX_LISTED, type FoundAt, type Located, type LocatedFile, type LocateOptions } from '../located.js';
import { isFolderPath, type SourceAddress } from '../source-address.js';
import type { ArtifactDownloader } from '../web/artifact-downloader.js';
import { readText } from '../web/read-text.js';
import { encoded } from '../web/web-source.js';

const MAX_PAGE_BYTES = 16 * 1024 ** 2;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Of `GET /api/models/{repository}/tree/{revision}/{path}`. */
const treePage = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number(),
    oid: z.string(),
    lfs: z.object({ oid: z.string(), size: z.number() }).nullish(),
  }),
);

/** Of `GET /api/models/{repository}/revision/{revision}`. */
const revisionAnswer = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });

type HubAddress = Extract<SourceAddress, { kind: 'hugging-face' }>;

interface Known {
  readonly size: number | undefined;
  readonly announced: Announced | null;
}

/**
 * Files of a repository on the Hugging Face Hub, or on a mirror of its layout
 * (https://huggingface.co/docs/huggingface_hub/package_reference/file_download): a revision is pinned to its commit first, and
 * everything is read from that. Large files come from another host, and are checked against the SHA-256 that the Hub has of them;
 * the others against Git's id.
 */
export class HuggingFaceSource {
  constructor(
    private readonly downloader: ArtifactDownloader,
    private readonly endpoint: string,
    private readonly options: LocateOptions,
  ) {}

  /** @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND */
  async locate({ repository, revision, path }: HubAddress): Promise<Located> {
    const close = async () => undefined;
    const at = (commit: string): FoundAt => ({
      repository: `${this.endpoint}/${repository}`,
      commit,
      path: path === '' ? null : path,
      url: `${this.endpoint}/${repository}/${isFolderPath(path) ? 'tree' : 'blob'}/${commit}/${encoded(path)}`,
    });
    if (isFolderPath(path)) {
      const commit = await this.commitOf(repository, revision);
      const files = await this.list(repository, commit, path.replace(/\/$/, ''));
      return { kind: 'folder', files, foundAt: at(commit), close };
    }
    const { commit } = await this.head(repository, revision, path);
    return {
      kind: 'file',
      file: this.file(repository, commit, path, posix.basename(path)),
      sibling: (beside) => this.file(repository, commit, posix.join(posix.dirname(path), beside), beside),
      foundAt: at(commit),
      close,
    };
  }

  private file(repository: string, commit: string, path: string, name: string, listed?: Known): LocatedFile {
    let known: Promise<Known> | undefined;
    const know = () => (known ??= listed ? Promise.resolve(listed) : this.head(repository, commit, path));
    return {
      name,
      size: async () => (await know()).size,
      open: async () => {
        const { size, announced } = await know();
        const url = this.resolved(repository, commit, path);
        const file = await this.downloader.open(url, { ...this.request(), expectedSize: size });
        return checkedFile(file, announced, { host: url.host, field: this.options.field });
      },
    };
  }

  /** What the Hub says of a file, before it redirects to where its bytes are. @throws DomainError */
  private async head(
    repository: string,
    revision: string,
    path: string,
  ): Promise<Known & { readonly commit: string }> {
    let url = this.resolved(repository, revision, path);
    // A repository that was renamed redirects within the Hub.
    for (let redirects = 0; redirects < 3; redirects += 1) {
      const response = await this.downloader.request(url, {
        ...this.request(),
        method: 'HEAD',
        followsRedirects: false,
      });
      response.destroy();
      const { statusCode = 0, headers } = response;
      const { location } = headers;
      const commit = headers['x-repo-commit'];
      const isMoved = REDIRECTS.includes(statusCode);
      if (typeof commit === 'string' && (statusCode === 200 || isMoved)) {
        const etag = textOf(headers['x-linked-etag'] ?? headers.etag);
        const length = headers['x-linked-size'] ?? (isMoved ? undefined : headers['content-length']);
        return {
          commit,
          size: length === undefined ? undefined : Number(length),
          announced: announcedBy(etag),
        };
      }
      if (!isMoved || location === undefined)
        throw this.refused(statusCode, textOf(headers['x-error-code']), path);
      const next = new URL(location, url);
      if (next.origin !== url.origin) break;
      url = next;
    }
    throw this.failed(
      `the answer about ${JSON.stringify(path)} does not say which commit it is of (X-Repo-Commit)`,
    );
  }

  private async commitOf(repository: string, revision: string): Promise<string> {
    const url = new URL(`${this.api(repository)}/revision/${encodeURIComponent(revision)}`);
    const answer = revisionAnswer.safeParse(await this.json(url, revision));
    if (!answer.success) throw this.failed(`it does not say which commit ${JSON.stringify(revision)} is`);
    return answer.data.sha;
  }

  private async list(repository: string, commit: string, folder: string): Promise<LocatedFile[]> {
    const files: LocatedFile[] = [];
    const first = `${this.api(repository)}/tree/${commit}${folder === '' ? '' : `/${encoded(folder)}`}?recursive=true`;
    for (let next: URL | null = new URL(first); next !== null;) {
      const page = await this.page(next, folder);
      for (const { type, path, size, oid, lfs } of page.entries) {
        if (type !== 'file') continue;
        const announced: Announced = lfs ? { kind: 'sha256', hex: lfs.oid } : { kind: 'git-blob', hex: oid };
        const name = folder === '' ? path : path.slice(folder.length + 1);
        files.push(this.file(repository, commit, path, name, { size: lfs?.size ?? size, announced }));
      }
      if (files.length > MAX_LISTED) throw this.failed(`the folder has more than ${MAX_LISTED} files`);
      next = page.next;
    }
    if (files.length === 0) throw this.failed(`there is no file in ${JSON.stringify(folder)}`);
    return files;
  }

  private async page(url: URL, what: string) {
    const response = await this.downloader.request(url, this.request());
    const entries = treePage.safeParse(await this.jsonOf(response, what));
    if (!entries.success) throw this.failed('it answers a listing of the folder that cannot be read');
    const next = /<([^>]+)>;\s*rel="next"/.exec(textOf(response.headers.link) ?? '')?.[1];
    const address = next === undefined ? null : new URL(next, url);
    if (address !== null && address.origin !== url.origin)
      throw this.failed('its listing goes on at another host');
    return { entries: entries.data, next: address };
  }

  private async json(url: URL, what: string): Promise<unknown> {
    return this.jsonOf(await this.downloader.request(url, this.request()), what);
  }

  private async jsonOf(
    response: Awaited<ReturnType<ArtifactDownloader['request']>>,
    what: string,
  ): Promise<unknown> {
    const { statusCode = 0, headers } = response;
    const text = await readText(response, MAX_PAGE_BYTES);
    if (statusCode !== 200) throw this.refused(statusCode, textOf(headers['x-error-code']), what);
    try {
      return JSON.parse(text ?? '');
    } catch (error) {
      throw this.failed('it answers something that is no JSON', error);
    }
  }

  private request() {
    const { field, signal, secret } = this.options;
    return { field, signal, authorization: secret };
  }

  private resolved(repository: string, revision: string, path: string): URL {
    return new URL(`${this.endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${encoded(path)}`);
  }

  private api(repository: string): string {
    return `${this.endpoint}/api/${/^(datasets|spaces)\//.test(repository) ? repository : `models/${repository}`}`;
  }

  private refused(statusCode: number, code: string | undefined, what: string): DomainError {
    const said = {
      RepoNotFound: 'there is no such repository, or it is private',
      RevisionNotFound: 'the repository has no such revision',
      EntryNotFound: `the revision has no file ${JSON.stringify(what.slice(0, 200))}`,
      GatedRepo: 'the repository is gated: its conditions have to be accepted there',
    }[code ?? ''];
    const login = [401, 403].includes(statusCode)
      ? '; a token goes into RETORT_SECRETS_FILE, and its name into artifact.location.credentials'
      : '';
    return this.failed(
      `${said ?? `it answers ${statusCode} for ${JSON.stringify(what.slice(0, 200))}`}${login}`,
    );
  }

  private failed(why: string, cause?: unknown): DomainError {
    const { host } = new URL(this.endpoint);
    return new DomainError('ARTIFACT_NOT_FOUND', `The file could not be fetched from ${host}: ${why}.`, {
      field: this.options.field,
      cause,
    });
  }
}

/** The Hub's ETag is a SHA-256 of files in LFS, and Git's id of the others. */
function announcedBy(etag: string | undefined): Announced | null {
  const hex = etag?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1') ?? '';
  if (/^[0-9a-f]{64}$/.test(hex)) return { kind: 'sha256', hex };
  return /^[0-9a-f]{40}$/.test(hex) ? { kind: 'git-blob', hex } : null;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
