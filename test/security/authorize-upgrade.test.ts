import { describe, expect, it } from '@jest/globals';
import { authorizeUpgrade } from '../../src/security/index.js';

const KEY = 'correct-horse-battery-staple';
const open = { host: '127.0.0.1' };
const locked = { host: '0.0.0.0', apiKey: KEY };
const basic = `Basic ${Buffer.from(`:${KEY}`).toString('base64')}`;
const upgrade = (headers: Record<string, string>, config: typeof open | typeof locked) =>
  authorizeUpgrade({ headers: { host: 'localhost:4000', ...headers } }, config);

describe('authorizeUpgrade', () => {
  it('takes programs, and pages of its own, as local when there is no key', () => {
    const caller = expect.objectContaining({ actor: 'local' });
    expect(upgrade({}, open)).toMatchObject({ allowed: true, caller });
    expect(upgrade({ origin: 'http://localhost:4000' }, open)).toMatchObject({ allowed: true, caller });
  });

  it('refuses pages of other sites and rebound names when there is no key', () => {
    expect(upgrade({ origin: 'http://evil.example' }, open)).toMatchObject({ allowed: false, status: 403 });
    expect(upgrade({ host: 'evil.example' }, open)).toMatchObject({ allowed: false, status: 403 });
  });

  it('leaves the key to connection_init when the upgrade carries none, from any page', () => {
    expect(upgrade({ origin: 'http://localhost:5173' }, locked)).toMatchObject({
      allowed: true,
      caller: undefined,
    });
  });

  it('takes a right key from the upgrade and refuses a wrong one', () => {
    const caller = expect.objectContaining({ actor: 'api-key' });
    expect(upgrade({ authorization: `Bearer ${KEY}` }, locked)).toMatchObject({ allowed: true, caller });
    expect(upgrade({ authorization: 'Bearer wrong' }, locked)).toMatchObject({ allowed: false, status: 401 });
  });

  it('refuses a key that the browser added by itself to a request of another site', () => {
    expect(upgrade({ authorization: basic, origin: 'http://evil.example' }, locked)).toMatchObject({
      allowed: false,
      status: 403,
    });
    expect(upgrade({ authorization: basic, origin: 'http://localhost:4000' }, locked)).toMatchObject({
      allowed: true,
    });
  });

  it('keeps a plain request id and replaces any other', () => {
    expect(upgrade({ 'x-request-id': 'trace-1.a_B' }, open).requestId).toBe('trace-1.a_B');
    for (const bad of ['two words', 'line\nbreak', 'x'.repeat(65), '']) {
      expect(upgrade({ 'x-request-id': bad }, open).requestId).toMatch(/^[0-9a-f-]{23}-[0-9a-z]+$/);
    }
  });
});
