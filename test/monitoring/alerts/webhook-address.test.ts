import { describe, expect, it } from '@jest/globals';
import { WebhookAddresses } from '../../../src/monitoring/alerts/webhooks/webhook-address.js';

const field = ['url'];

describe('addresses of webhooks', () => {
  const addresses = new WebhookAddresses(['alerts.internal', '10.1.2.3:8080', '[::1]']);

  it.each([
    'https://example.org/hook',
    'https://example.org:8443/hook?x=1',
    'http://alerts.internal/hook',
    'https://ALERTS.internal:9/hook',
    'http://10.1.2.3:8080/',
    'http://[::1]:9000/',
    'https://8.8.8.8/',
  ])('takes %s', (text) => {
    expect(addresses.read(text, field).href).toBe(new URL(text).href);
  });

  it.each([
    { text: 'example.org', says: 'an address such as https://example.org/alerts' },
    { text: '', says: 'an address such as' },
    { text: 'file:///etc/passwd', says: 'an https address, got "file"' },
    { text: 'http://example.org/', says: 'an https address, got http. The operator can allow' },
    { text: 'https://user:secret@example.org/', says: 'without a user name and password' },
    { text: 'https://127.0.0.1/', says: 'on the public internet, got "127.0.0.1"' },
    { text: 'https://2130706433/', says: 'got "127.0.0.1"' },
    { text: 'https://0x7f.1/', says: 'got "127.0.0.1"' },
    { text: 'https://169.254.169.254/latest/meta-data', says: 'RETORT_WEBHOOK_HOSTS' },
    { text: 'https://[::ffff:127.0.0.1]/', says: 'on the public internet' },
    { text: 'http://10.1.2.3/', says: 'on the public internet' },
    { text: 'http://10.1.2.3:8081/', says: 'on the public internet' },
    { text: `https://example.org/${'x'.repeat(2_000)}`, says: 'an address such as' },
  ])('refuses $text', ({ text, says }) => {
    expect(() => addresses.read(text, field)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(says), field }),
    );
  });

  it('may connect to anything behind a host that is allowed, and to the public internet behind others', () => {
    expect(addresses.mayConnect(new URL('http://alerts.internal/'))('10.0.0.1')).toBe(true);
    expect(addresses.mayConnect(new URL('https://example.org/'))('10.0.0.1')).toBe(false);
    expect(addresses.mayConnect(new URL('https://example.org/'))('8.8.8.8')).toBe(true);
  });
});
