import { z } from 'zod';
import { readImage } from '../../images/read-image.js';
import { defineField } from '../../language/index.js';

export const image = defineField({
  kind: 'image',
  summary:
    'a JPEG, PNG, WebP, GIF, TIFF or AVIF picture in base64: a data URL `"data:image/png;base64,…"`, the base64 alone, or `{"base64": "…"}`; or the digest of one sent to `POST /files`, `{"digest": "sha256:…"}` or `"sha256:…"`',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'image' }),
  read: () => readImage,
  describe: (_, name) => ({ name, kind: 'image', shape: [] }),
});
