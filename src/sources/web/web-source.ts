import { posix } from 'node:path';
import type { Located, LocatedFile, LocateOptions } from '../located.js';
import type { ArtifactDownloader } from './artifact-downloader.js';

/** A file at a web address, and those beside it. */
export async function locateOnWeb(
  downloader: ArtifactDownloader,
  url: URL,
  { field, signal, secret }: LocateOptions,
): Promise<Located> {
  const request = { field, signal, authorization: secret };
  const file = (at: URL, name: string): LocatedFile => ({
    name,
    size: async () => {
      const response = await downloader.request(at, { ...request, method: 'HEAD' });
      response.destroy();
      const { statusCode, headers } = response;
      const length = headers['content-length'];
      return statusCode === 200 && length !== undefined ? Number(length) : undefined;
    },
    open: () => downloader.open(at, request),
  });
  return {
    kind: 'file',
    file: file(url, posix.basename(url.pathname)),
    // What a query says (a signature, mostly) is about this file alone.
    sibling: (path) => (url.search === '' ? file(new URL(encoded(path), url), path) : null),
    foundAt: { repository: null, commit: null, path: null, url: `${url.origin}${url.pathname}` },
    close: async () => undefined,
  };
}

/** A path as it stands in a URL, its slashes kept; never one that a URL would read as something else. */
export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
