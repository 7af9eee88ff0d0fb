import { z } from 'zod';
import { asItems, defineStep, dense, StepFault } from '../../language/index.js';
import { decodeImage } from '../../images/decode-image.js';
import { LAYOUTS, pixelValues } from '../../images/pixel-values.js';
import { IMAGE_CHANNELS, IMAGE_FITS, type StoredImage } from '../../images/read-image.js';
import { storedImageBytes } from '../../images/stored-image.js';
import { RowError } from '../../prediction.js';

const perChannel = z.array(z.number()).min(1).max(4);

/** Numbers of one picture: a tensor of 64 MB. */
const MAXIMUM_VALUES = 2 ** 24;

const parameters = z.strictObject({
  width: z.int().min(1).max(4096).describe('Pixels the model takes.'),
  height: z.int().min(1).max(4096).describe('Pixels the model takes.'),
  fit: z
    .enum(IMAGE_FITS)
    .default('crop')
    .describe('How a picture of other proportions is brought there: cut, stretched, or with black margins.'),
  channels: z
    .enum(Object.keys(IMAGE_CHANNELS) as (keyof typeof IMAGE_CHANNELS)[])
    .default('rgb')
    .describe('Of a pixel.'),
  layout: z.enum(LAYOUTS).default('CHW').describe('Channels first, as PyTorch, or last, as TensorFlow.'),
  divisor: z.number().positive().default(255).describe('Of the values 0 to 255; 1 leaves them as they are.'),
  mean: perChannel.default([0]).describe('Taken off after the division: one, or one for each channel.'),
  deviation: perChannel
    .default([1])
    .describe('What the difference is divided by: one, or one for each channel.'),
  maximumPixels: z
    .int()
    .min(1)
    .max(2 ** 28)
    .default(50_000_000)
    .describe('Of the picture as it comes: a small file may unfold to very many.'),
});

export const pixels = defineStep({
  name: 'pixels',
  group: 'images',
  summary:
    'the picture, decoded by libvips, turned as its EXIF says, brought to `width` × `height` and sRGB: (value / `divisor` − `mean`) / `deviation` of each channel. Transparent parts are put on white unless `channels` is `rgba`',
  parameters,
  takes: ['image'],
  gives({ width, height, channels, layout, mean, deviation }) {
    const count = IMAGE_CHANNELS[channels];
    if (width * height * count > MAXIMUM_VALUES)
      throw new StepFault(
        ['width'],
        `a picture of at most ${MAXIMUM_VALUES} numbers, got ${width * height * count}`,
      );
    for (const [name, values] of Object.entries({ mean, deviation }))
      if (values.length !== 1 && values.length !== count)
        throw new StepFault(
          [name],
          `one number, or one for each of the ${count} channels; got ${values.length}`,
        );
    if (deviation.includes(0)) throw new StepFault(['deviation'], 'a deviation of 0 would divide by zero');
    return {
      kind: 'numbers',
      shape: layout === 'CHW' ? [count, height, width] : [height, width, count],
      holds: 'real',
    };
  },
  run(given) {
    const channels = IMAGE_CHANNELS[given.channels];
    const size = given.width * given.height * channels;
    return async ([images], context) => {
      const items = asItems(images) as readonly (Buffer | StoredImage)[];
      const data = new Float32Array(items.length * size);
      // One after the other: decoding runs in threads of its own, and takes memory for each.
      for (const [row, item] of items.entries())
        try {
          const bytes = Buffer.isBuffer(item) ? item : await storedImageBytes(item, context.upload);
          const decoded = await decodeImage(bytes, given);
          data.set(pixelValues(decoded, channels, given), row * size);
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          context.fail(row, error);
        }
      return dense(size, data);
    };
  },
});
