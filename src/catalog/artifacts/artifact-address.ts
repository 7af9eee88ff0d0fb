import { DomainError } from '../../platform/errors.js';
import { quoted } from '../names.js';

/**
 * The https address behind what a caller gave: itself, or the public address of an object for `s3://bucket/key`.
 *
 * @throws DomainError INVALID_ARGUMENT for any other scheme, most of all `file:` and `http:`.
 */
export function artifactAddress(text: string, field: readonly string[]): URL {
  if (!URL.canParse(text)) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected an address such as https://example.org/model.onnx, got ${quoted(text)}.`,
      { field },
    );
  }
  const url = new URL(text);
  if (url.protocol === 's3:') return s3Address(url, field);
  if (url.protocol !== 'https:') {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected an https or s3 address, got ${quoted(url.protocol.replace(/:$/, ''))}. For a file of your own, stream it to POST /artifacts and pass its digest.`,
      { field },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected an address without a user name and password. Use a presigned address instead.',
      { field },
    );
  }
  return url;
}

function s3Address(url: URL, field: readonly string[]): URL {
  const bucket = url.hostname;
  const key = url.pathname.slice(1);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || key === '') {
    throw new DomainError('INVALID_ARGUMENT', `Expected s3://bucket/key, got ${quoted(url.href)}.`, {
      field,
    });
  }
  // A bucket with dots does not match the certificate for *.s3.amazonaws.com.
  return new URL(
    bucket.includes('.')
      ? `https://s3.amazonaws.com/${bucket}/${key}`
      : `https://${bucket}.s3.amazonaws.com/${key}`,
  );
}
