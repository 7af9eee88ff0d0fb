import type { Sharp, SharpOptions } from 'sharp';
import { RowError } from '../prediction.js';
import { IMAGE_CHANNELS, type ImageFit, type ImageSettings } from './read-image.js';

/** No picture within the limits takes a second; decoders of broken ones may never end. */
const SECONDS = 10;

const FITS: Readonly<Record<ImageFit, 'cover' | 'fill' | 'contain'>> = {
  crop: 'cover',
  stretch: 'fill',
  pad: 'contain',
};

/**
 * Decodes a picture, turns it as its EXIF says, and brings it to a size: cubic interpolation, smoothed where it shrinks. What is
 * transparent is put on white unless the model takes it; colours are sRGB.
 *
 * @returns row by row, the channels of a pixel side by side: height × width × channels of 0 to 255
 * @throws RowError where it cannot be decoded or is too large
 */
export async function decodeImage(bytes: Buffer, settings: ImageSettings): Promise<Uint8Array> {
  const { width, height, fit, channels, maximumPixels } = settings;
  try {
    const sharp = await decoder();
    const source = sharp(bytes, { limitInputPixels: maximumPixels, failOn: 'error', pages: 1 });
    const opaque = channels === 'rgba' ? source.ensureAlpha() : source.flatten({ background: '#ffffff' });
    const sized = opaque
      .autoOrient()
      .resize(width, height, {
        fit: FITS[fit],
        kernel: 'cubic',
        background: { r: 0, g: 0, b: 0, alpha: channels === 'rgba' ? 0 : 1 },
      })
      .toColourspace(channels === 'grey' ? 'b-w' : 'srgb')
      .timeout({ seconds: SECONDS })
      .raw({ depth: 'uchar' });
    const { data, info } = await sized.toBuffer({ resolveWithObject: true });
    if (info.channels !== IMAGE_CHANNELS[channels])
      throw new RowError(
        'INVALID_IMAGE',
        `The picture has ${info.channels} channels, and the model takes ${IMAGE_CHANNELS[channels]}`,
      );
    return data;
  } catch (error) {
    if (error instanceof RowError) throw error;
    throw refused(error, maximumPixels);
  }
}

let loading: Promise<(bytes: Buffer, options: SharpOptions) => Sharp> | undefined;

/** libvips, loaded where a model first needs it. */
function decoder(): Promise<(bytes: Buffer, options: SharpOptions) => Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // Pictures come from anywhere: nothing is kept of them, and one does not take all processors.
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loading;
}

function refused(error: unknown, maximumPixels: number): RowError {
  const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
  if (/pixel limit/i.test(reason))
    return new RowError(
      'INVALID_IMAGE',
      `The picture unfolds to more than ${maximumPixels} pixels; send a smaller one`,
    );
  if (/timeout/i.test(reason))
    return new RowError(
      'INVALID_IMAGE',
      `The picture was not decoded within ${SECONDS} s; send a smaller one`,
    );
  return new RowError('INVALID_IMAGE', `The picture cannot be decoded: ${reason.slice(0, 200)}`);
}
