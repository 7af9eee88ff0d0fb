import { spawn } from 'node:child_process';
import { sendFile, startWeb, type WebServer } from './web-server.js';

export interface GitServer extends WebServer {
  /** The large file storage: bytes by their SHA-256. */
  readonly objects: Map<string, Buffer>;
  readonly authorizations: (string | undefined)[];
  /** Bytes after which the next downloads of large files hang up, one each. */
  readonly hangUps: number[];
}

/**
 * Repositories in a folder, served over HTTP by Git's own `git http-backend`, with large file storage by its published API.
 *
 * @param login the value that Authorization has to have; null lets everybody in
 */
export async function startGit(folder: string, login: string | null = null): Promise<GitServer> {
  const objects = new Map<string, Buffer>();
  const authorizations: (string | undefined)[] = [];
  const hangUps: number[] = [];
  const server = await startWeb((request, response) => {
    const url = new URL(request.url ?? '/', 'http://git');
    authorizations.push(request.headers.authorization);
    if (login !== null && request.headers.authorization !== login && !url.pathname.startsWith('/objects/')) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (url.pathname.startsWith('/objects/')) {
      const bytes = objects.get(url.pathname.slice('/objects/'.length));
      if (bytes === undefined) response.writeHead(404).end();
      else sendFile(request, response, bytes, { etag: '"object"' }, hangUps.shift());
      return;
    }
    if (url.pathname.endsWith('/info/lfs/objects/batch')) {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { objects: wanted } = JSON.parse(Buffer.concat(chunks).toString()) as {
          objects: { oid: string; size: number }[];
        };
        const answers = wanted.map(({ oid, size }) =>
          objects.has(oid)
            ? { oid, size, actions: { download: { href: `${server.url}/objects/${oid}` } } }
            : { oid, size, error: { code: 404, message: 'Object does not exist' } },
        );
        response
          .writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' })
          .end(JSON.stringify({ transfer: 'basic', objects: answers }));
      });
      return;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    request.pipe(backend.stdin);
    const out: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    backend.on('close', () => {
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        all
          .toString('latin1', 0, end)
          .split('\r\n')
          .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      const { Status: status = '200', ...others } = headers;
      response.writeHead(Number.parseInt(status, 10), others).end(all.subarray(end + 4));
    });
  });
  return { ...server, objects, authorizations, hangUps };
}
