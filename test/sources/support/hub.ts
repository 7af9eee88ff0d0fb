import { createHash } from 'node:crypto';
import { sendFile, startWeb, type WebServer } from './web-server.js';

export interface HubFile {
  readonly bytes: Buffer;
  /** Lies in the large file storage, which is another host. */
  readonly lfs?: boolean;
}

export interface Hub extends WebServer {
  readonly files: Map<string, HubFile>;
  /** Of the branch `main`. */
  commit: string;
  /** What was asked for, with the authorization that came along. */
  readonly asked: {
    readonly host: 'hub' | 'store';
    readonly path: string;
    readonly authorization: string | null;
  }[];
  /** Bytes after which the next downloads hang up, one each. */
  readonly hangUps: number[];
}

export const TOKEN = 'hf_secret';

/**
 * A Hub with one repository, `org/repo`, as the Hugging Face Hub's documentation and client describe its layout: pinned commits in
 * X-Repo-Commit, large files behind a redirect to another host with X-Linked-Etag and X-Linked-Size, listings in pages.
 */
export async function startHub({ gated = false } = {}): Promise<Hub> {
  const files = new Map<string, HubFile>();
  const asked: Hub['asked'][number][] = [];
  const hangUps: number[] = [];
  const note = (host: 'hub' | 'store', path: string, authorization: string | undefined) =>
    asked.push({ host, path, authorization: authorization ?? null });
  const store = await startWeb((request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*$/, '').slice(1));
    note('store', path, request.headers.authorization);
    const file = files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else sendFile(request, response, file.bytes, { etag: `"${sha256(file.bytes)}"` }, hangUps.shift());
  });
  const hub: Hub = {
    url: '',
    files,
    commit: 'a'.repeat(40),
    asked,
    hangUps,
    close: async () => {
      await web.close();
      await store.close();
    },
  };
  const web = await startWeb((request, response) => {
    const url = new URL(request.url ?? '/', hub.url);
    note('hub', url.pathname, request.headers.authorization);
    if (gated && request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
      return;
    }
    const error = (code: string): void => {
      response.writeHead(404, { 'x-error-code': code }).end();
    };
    const json = (body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    const isKnown = (revision: string) => ['main', hub.commit].includes(decodeURIComponent(revision));
    const [, old] = /^\/org\/old(\/.*)$/.exec(url.pathname) ?? [];
    if (old !== undefined) {
      response.writeHead(307, { location: `/org/repo${old}` }).end();
      return;
    }
    const [, revision = null] = /^\/api\/models\/org\/repo\/revision\/([^/]+)$/.exec(url.pathname) ?? [];
    if (revision !== null) {
      if (isKnown(revision)) json({ sha: hub.commit });
      else error('RevisionNotFound');
      return;
    }
    const [, tree = null, folder = ''] =
      /^\/api\/models\/org\/repo\/tree\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
    if (tree !== null) {
      if (!isKnown(tree)) {
        error('RevisionNotFound');
        return;
      }
      const all = [...files].filter(([path]) => folder === '' || path.startsWith(`${folder}/`));
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const page = all.slice(from, from + 2).map(([path, { bytes, lfs }]) => ({
        type: 'file',
        path,
        size: bytes.length,
        oid: gitId(bytes),
        ...(lfs === true && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
      }));
      url.searchParams.set('cursor', String(from + 2));
      json([{ type: 'directory', path: 'a-folder', size: 0, oid: 'x' }, ...page], {
        ...(from + 2 < all.length && { link: `<${url.href}>; rel="next"` }),
      });
      return;
    }
    const [, at = null, path = ''] = /^\/org\/repo\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    if (at === null) {
      error('RepoNotFound');
      return;
    }
    if (!isKnown(at)) {
      error('RevisionNotFound');
      return;
    }
    const file = files.get(decodeURIComponent(path));
    if (file === undefined) {
      error('EntryNotFound');
      return;
    }
    const commit = { 'x-repo-commit': hub.commit };
    if (file.lfs !== true)
      sendFile(request, response, file.bytes, { ...commit, etag: `"${gitId(file.bytes)}"` }, hangUps.shift());
    else
      response
        .writeHead(302, {
          ...commit,
          'x-linked-etag': `"${sha256(file.bytes)}"`,
          'x-linked-size': String(file.bytes.length),
          location: `${store.url}/${path}?signed=yes`,
        })
        .end();
  });
  return Object.assign(hub, { url: web.url });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function gitId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
