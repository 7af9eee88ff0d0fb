import { serverAddress } from './address.js';
import { authorization, MARK } from './session.js';

export interface Uploaded {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A file on its way to the server. */
export interface Upload {
  readonly done: Promise<Uploaded>;
  cancel(): void;
}

/**
 * Sends a file as it is, and tells how much of it is there. By XMLHttpRequest, since `fetch` does not tell.
 *
 * `done` rejects with a sentence of the server's where it refuses, and with an AbortError after `cancel`.
 */
export function sendFile(
  path: 'artifacts' | 'files',
  type: string,
  file: File,
  onProgress: (share: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Uploaded>((resolve, reject) => {
    request.open('POST', new URL(path, serverAddress));
    request.responseType = 'json';
    for (const [name, value] of Object.entries({ ...MARK, ...authorization(), 'content-type': type }))
      request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total === 0 ? 1 : loaded / total),
    );
    request.addEventListener('load', () => {
      const answer = request.response as
        (Partial<Uploaded> & { error?: { message?: string } | string }) | null;
      if (request.status < 300 && typeof answer?.digest === 'string')
        resolve({ digest: answer.digest, size: Number(answer.size) });
      else
        reject(new Error(messageOf(answer?.error) ?? `The server answered with status ${request.status}.`));
    });
    request.addEventListener('error', () =>
      reject(new Error('The connection broke while the file was sent. Send it again.')),
    );
    request.addEventListener('abort', () =>
      reject(new DOMException('The upload was cancelled.', 'AbortError')),
    );
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function messageOf(error: { message?: string } | string | undefined): string | undefined {
  return typeof error === 'string' ? error : error?.message;
}
