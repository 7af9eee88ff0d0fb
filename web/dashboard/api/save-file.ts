import { serverAddress } from './address.js';
import { authorization } from './session.js';

/** Saves what lies at a path of the server, by a request with the key, which a link cannot send. */
export async function saveFile(path: string, name: string): Promise<void> {
  const response = await fetch(new URL(path.replace(/^\//, ''), serverAddress), { headers: authorization() });
  const [, given] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  saveBlob(await response.blob(), given ?? name);
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
