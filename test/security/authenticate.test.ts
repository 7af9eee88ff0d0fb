import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { authenticate } from '../../src/security/index.js';

const KEY = 'correct-horse-battery-staple';
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const refusal = expect.objectContaining({ code: 'UNAUTHENTICATED' });

describe('authenticate', () => {
  it('calls everyone local when no key is configured, whatever they send', () => {
    expect(authenticate(undefined, undefined)).toEqual({ actor: 'local' });
    expect(authenticate('Bearer anything', undefined)).toEqual({ actor: 'local' });
  });

  it.each([
    ['Bearer', `Bearer ${KEY}`],
    ['bearer in any case', `bEARER ${KEY}`],
    ['Basic with the key as the password', basic('anyone', KEY)],
    ['Basic without a user name', basic('', KEY)],
  ])('accepts %s', (_name, header) => {
    expect(authenticate(header, KEY)).toEqual({ actor: 'api-key' });
  });

  it('accepts a key with colons as a Basic password', () => {
    expect(authenticate(basic('user', 'a:b:c'), 'a:b:c')).toEqual({ actor: 'api-key' });
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['the bare key', KEY],
    ['another scheme', `Digest ${KEY}`],
    ['a prefix of the key', `Bearer ${KEY.slice(0, -1)}`],
    ['the key with more behind it', `Bearer ${KEY}x`],
    ['the key as the Basic user', basic(KEY, '')],
    ['Basic without a colon', `Basic ${Buffer.from(KEY).toString('base64')}`],
    ['an empty token', 'Bearer '],
  ])('refuses %s', (_name, header) => {
    expect(() => authenticate(header, KEY)).toThrow(refusal);
  });

  it('accepts no header but those that carry the very key, and never repeats what was sent', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom('Bearer ', 'Basic ', ''), (text, scheme) => {
        fc.pre(text !== KEY);
        const attempt = () => authenticate(scheme + text, KEY);
        expect(attempt).toThrow(refusal);
        expect(attempt).not.toThrow(KEY);
      }),
    );
  });
});
