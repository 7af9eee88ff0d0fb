import { DomainError } from '../platform/errors.js';

/** What a caller wrote, read and checked as far as that can be done without asking anybody. */
export type SourceAddress =
  | { readonly kind: 'web'; readonly url: URL }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string; readonly versionId: string | null }
  | {
      readonly kind: 'hugging-face';
      /** Such as `datasets/`; empty for models. */
      readonly repository: string;
      readonly revision: string;
      readonly path: string;
    }
  | { readonly kind: 'git'; readonly repository: URL; readonly ref: string; readonly path: string };

const SCHEMES =
  'https://host/model.onnx, s3://bucket/key, hf://owner/repository@revision/path or git+https://host/repository.git@ref:path';
const REVISION = /^[A-Za-z0-9][\w./-]{0,199}$/;

/** @throws DomainError INVALID_ARGUMENT for any other scheme, most of all `file:` */
export function sourceAddress(text: string, field: readonly string[]): SourceAddress {
  if (!URL.canParse(text))
    throw invalid(`Expected an address such as ${SCHEMES}, got ${quoted(text)}.`, field);
  const url = new URL(text);
  switch (url.protocol) {
    case 'https:':
    case 'http:':
      if (url.username !== '' || url.password !== '') throw withPassword(field);
      url.hash = '';
      return { kind: 'web', url };
    case 's3:':
      return s3Address(text, field);
    case 'hf:':
      return huggingFaceAddress(text, field);
    case 'git+https:':
    case 'git+http:':
      return gitAddress(text, field);
    default:
      throw invalid(
        `Expected an address such as ${SCHEMES}, got the scheme ${quoted(url.protocol.replace(/:$/, ''))}. For a file of your own, stream it to POST /artifacts and pass its digest.`,
        field,
      );
  }
}

/** Whether a path is that of a folder. */
export function isFolderPath(path: string): boolean {
  return path === '' || path.endsWith('/');
}

function s3Address(text: string, field: readonly string[]): SourceAddress {
  // By hand: a key is no path of a URL, and may have dots, question marks and percent signs of its own.
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/?#]*)(?:\/(.*))?$/is.exec(text) ?? [];
  const [, key = '', versionId = null] = /^(.*?)(?:\?versionId=([^&]+))?$/s.exec(rest) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || key === '')
    throw invalid(
      `Expected s3://bucket/key, or s3://bucket/prefix/ for a folder, got ${quoted(text)}.`,
      field,
    );
  return { kind: 's3', bucket, key, versionId };
}

function huggingFaceAddress(text: string, field: readonly string[]): SourceAddress {
  const [, repository = '', revision = 'main', path = ''] =
    /^hf:\/\/((?:datasets\/|spaces\/)?[\w.-]+\/[\w.-]+)(?:@([^/]+))?(?:\/(.*))?$/s.exec(text) ?? [];
  const ref = unescaped(revision);
  if (repository === '' || ref === null || !REVISION.test(ref) || ref.includes('..'))
    throw invalid(
      `Expected hf://owner/repository@revision/path, where the revision (main when left out) has its slashes as %2F, got ${quoted(text)}.`,
      field,
    );
  return { kind: 'hugging-face', repository, revision: ref, path: checkedPath(path, text, field) };
}

function gitAddress(text: string, field: readonly string[]): SourceAddress {
  const [, address = '', ref = 'HEAD', path] =
    /^git\+(https?:\/\/[^/@]+\/[^@]*?)(?:@([^:@]+))?:([^:]*)$/s.exec(text) ?? [];
  if (/^git\+https?:\/\/[^/]*@/.test(text)) throw withPassword(field);
  if (path === undefined || !URL.canParse(address) || !REVISION.test(ref) || ref.includes('..'))
    throw invalid(
      `Expected git+https://host/repository.git@ref:path, where ref is a branch, a tag or a commit, got ${quoted(text)}.`,
      field,
    );
  const repository = new URL(address);
  if (repository.search !== '' || repository.hash !== '')
    throw invalid(`Expected a repository without ? and #, got ${quoted(text)}.`, field);
  return { kind: 'git', repository, ref, path: checkedPath(path, text, field) };
}

function withPassword(field: readonly string[]): DomainError {
  return invalid(
    'Expected an address without a user name and password. Name a secret of the operator in artifact.location.credentials, or use a presigned address.',
    field,
  );
}

function checkedPath(path: string, text: string, field: readonly string[]): string {
  const parts = path.replace(/\/$/, '').split('/');
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const isWrong = parts.some((part) => ['.', '..'].includes(part) || /[\u0000-\u001f\u007f\\]/.test(part));
  if (isWrong || (path !== '' && parts.includes('')))
    throw invalid(`Expected a path inside the repository, got ${quoted(text)}.`, field);
  return path;
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 199)}…` : text);
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
