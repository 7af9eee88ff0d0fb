import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeBase64 } from '../../../src/catalog/artifacts/base64.js';

async function decoded(text: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decodeBase64(text, ['base64'])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('base64', () => {
  it('gives back any bytes, padded or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(await decoded(text)).toEqual(Buffer.from(bytes));
        expect(await decoded(text.replace(/=+$/, ''))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('gives back bytes that take several slices', async () => {
    const bytes = Buffer.alloc(700_001, 'retort');
    expect((await decoded(bytes.toString('base64'))).equals(bytes)).toBe(true);
  });

  it.each(['', 'A', 'AAAAA', 'AA=', 'AA==A', 'AAA-', 'AA AA', 'AA\n', '====', 'AAAA===='])(
    'refuses %j',
    (text) => {
      expect(() => decodeBase64(text, ['artifact', 'base64'])).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: ['artifact', 'base64'] }),
      );
    },
  );
});
