import { z } from 'zod';
import { imageBytes } from '../../images/read-image.js';
import { defineField } from '../../language/index.js';

export const image = defineField({
  kind: 'image',
  summary:
    'a JPEG, PNG, WebP, GIF, TIFF or AVIF picture in base64: a data URL `"data:image/png;base64,…"`, the base64 alone, or `{"base64": "…"}`',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'image' }),
  read: () => imageBytes,
  describe: (_, name) => ({ name, kind: 'image', shape: [] }),
});
