import { describe, expect, it } from '@jest/globals';
import { assertBindAllowed, checkHost, checkOrigin, isLoopback } from '../../src/security/index.js';

const forbidden = expect.objectContaining({ code: 'FORBIDDEN' });

describe('checkHost', () => {
  it.each([
    'localhost',
    'localhost:4000',
    'LOCALHOST:80',
    '127.0.0.1',
    '127.0.0.1:4000',
    '127.1.2.3',
    '[::1]',
    '[::1]:4000',
  ])('accepts %s', (host) => expect(() => checkHost(host)).not.toThrow());

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    'evil.example@localhost.evil.example',
    '192.168.1.5:4000',
    '0.0.0.0:4000',
    '[::]:4000',
    '',
    undefined,
  ])('refuses %s', (host) => expect(() => checkHost(host)).toThrow(forbidden));
});

describe('checkOrigin', () => {
  it.each([
    [undefined, 'localhost:4000'],
    ['http://localhost:4000', 'localhost:4000'],
    ['http://[::1]:4000', '[::1]:4000'],
    ['https://retort.example.org', 'retort.example.org'],
    ['https://retort.example.org', 'retort.example.org:443'],
    ['http://LOCALHOST', 'localhost:80'],
  ])('accepts origin %s on host %s', (origin, host) => expect(() => checkOrigin(origin, host)).not.toThrow());

  it.each([
    ['http://evil.example', 'localhost:4000'],
    ['http://localhost:3000', 'localhost:4000'],
    ['http://localhost', 'localhost:4000'],
    ['http://127.0.0.1:4000', 'localhost:4000'],
    ['null', 'localhost:4000'],
    ['', 'localhost:4000'],
    ['file://', 'localhost'],
    ['http://localhost:4000', undefined],
  ])('refuses origin %s on host %s', (origin, host) =>
    expect(() => checkOrigin(origin, host)).toThrow(forbidden),
  );
});

describe('assertBindAllowed', () => {
  it.each(['127.0.0.1', 'localhost', '::1', '[::1]', '127.0.0.53'])(
    'lets %s be served without a key',
    (host) => {
      expect(isLoopback(host)).toBe(true);
      expect(() => assertBindAllowed({ host })).not.toThrow();
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', ''])(
    'refuses %s without a key and says what to set',
    (host) => {
      expect(() => assertBindAllowed({ host })).toThrow(/RETORT_API_KEY.*HOST=127\.0\.0\.1/);
      expect(() => assertBindAllowed({ host, apiKey: '' })).toThrow(/RETORT_API_KEY/);
      expect(() => assertBindAllowed({ host, apiKey: 'a-key-of-some-length' })).not.toThrow();
    },
  );
});
