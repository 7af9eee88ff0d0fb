import { describeValue, isObject } from '../instances/describe-value.js';
import { objectWith } from '../instances/fields.js';
import { RowError } from '../prediction.js';

/** What a decoder is told beside the bytes. */
export interface ImageSettings {
  /** Pixels of the answer. */
  readonly width: number;
  readonly height: number;
  readonly fit: ImageFit;
  readonly channels: ImageChannels;
  /** Pixels of the picture as it comes: width times height. A small file may unfold to very many. */
  readonly maximumPixels: number;
}

/** `crop` fills the size and cuts off what is beyond, `stretch` changes the proportions, `pad` adds black margins. */
export const IMAGE_FITS = ['crop', 'stretch', 'pad'] as const;
export type ImageFit = (typeof IMAGE_FITS)[number];

export const IMAGE_CHANNELS = { rgb: 3, rgba: 4, grey: 1 } as const;
export type ImageChannels = keyof typeof IMAGE_CHANNELS;

export const MAXIMUM_BYTES = 32 * 2 ** 20;
export const EXPECTED_IMAGE =
  'a JPEG, PNG, WebP, GIF, TIFF or AVIF picture in base64, as a data URL such as "data:image/png;base64,…", {"base64": "…"}, or {"digest": "sha256:…"} of one sent to POST /files';

/** A picture that was sent before, by the digest of its bytes. */
export interface StoredImage {
  readonly digest: string;
}

/** How files of each format begin; nothing else reaches a decoder. SVG is a program more than a picture, and stays out. */
const BEGINNINGS: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['JPEG', (bytes) => bytes.readUIntBE(0, 3) === 0xffd8ff],
  ['PNG', (bytes) => bytes.readUInt32BE(0) === 0x89504e47],
  ['GIF', (bytes) => bytes.toString('latin1', 0, 4) === 'GIF8'],
  [
    'WebP',
    (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  ],
  ['TIFF', (bytes) => ['II*\0', 'MM\0*'].includes(bytes.toString('latin1', 0, 4))],
  ['AVIF', (bytes) => /^ftyp(?:avif|avis|mif1)/.test(bytes.toString('latin1', 4, 12))],
];

/**
 * The bytes of a picture of a known format, or what finds them.
 *
 * @throws RowError
 */
export function readImage(given: unknown): Buffer | StoredImage {
  const { base64, digest } = isObject(given)
    ? objectWith(given, ['base64', 'digest'], EXPECTED_IMAGE)
    : { base64: given, digest: undefined };
  if (base64 !== undefined && digest !== undefined)
    throw new RowError('INVALID_INSTANCE', 'Expected base64 or digest, got both; one of them is enough');
  const [text, isDigest] = digest === undefined ? [base64, false] : [digest, true];
  if (typeof text !== 'string')
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED_IMAGE}, got ${describeValue(given)}`);
  return isDigest || text.startsWith('sha256:') ? storedImage(text) : imageBytes(text);
}

function storedImage(digest: string): StoredImage {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return { digest };
  throw new RowError(
    'INVALID_IMAGE',
    `Expected the digest that POST /files answered, "sha256:" and 64 hexadecimal digits, got ${describeValue(digest)}`,
  );
}

function imageBytes(text: string): Buffer {
  const [prefix = ''] = /^data:[^,]{0,200},/.exec(text) ?? [];
  if (prefix !== '' && !prefix.endsWith(';base64,'))
    throw new RowError(
      'INVALID_IMAGE',
      `The data URL ${JSON.stringify(prefix)} is not base64: expected ${EXPECTED_IMAGE}`,
    );
  if (text.length - prefix.length > (MAXIMUM_BYTES / 3) * 4)
    throw new RowError(
      'INVALID_IMAGE',
      `The picture has more than ${MAXIMUM_BYTES} bytes; send a smaller one`,
    );
  const body = text.slice(prefix.length).replace(/[\r\n]/g, '');
  if (body === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(body))
    throw new RowError('INVALID_IMAGE', `The picture is not base64: expected ${EXPECTED_IMAGE}`);
  return knownFormat(Buffer.from(body, 'base64'));
}

/** @throws RowError where they do not begin as a picture does */
export function knownFormat(bytes: Buffer): Buffer {
  if (bytes.length < 16 || !BEGINNINGS.some(([, begins]) => begins(bytes)))
    throw new RowError(
      'INVALID_IMAGE',
      `The ${bytes.length} bytes that came are no picture of a known format; expected ${EXPECTED_IMAGE}`,
    );
  return bytes;
}
