import { sendFile, type Upload } from '../api/upload.js';

/** What `POST /artifacts` takes, by the end of a file's name. */
const TYPES: Readonly<Partial<Record<string, string>>> = {
  onnx: 'application/octet-stream',
  tar: 'application/x-tar',
  zip: 'application/zip',
};

export const MODEL_FILES = ['.onnx', '.tar', '.zip'];

/** The type to send a file with; null for one that is no model. */
export function modelFileType(name: string): string | null {
  return TYPES[name.toLowerCase().split('.').at(-1) ?? ''] ?? null;
}

/** Sends a model's file. `done` rejects for a file that is none. */
export function upload(file: File, onProgress: (share: number) => void): Upload {
  const type = modelFileType(file.name);
  if (type !== null) return sendFile('artifacts', type, file, onProgress);
  const refused = new Error(`${file.name}: expected a file that ends with ${MODEL_FILES.join(', ')}.`);
  return { done: Promise.reject(refused), cancel: () => undefined };
}
