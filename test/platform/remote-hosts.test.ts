import { describe, expect, it } from '@jest/globals';
import { isRemoteHost, RemoteHosts } from '../../src/platform/remote-hosts.js';

const may = (entries: readonly string[], url: string, address: string) => {
  const hosts = new RemoteHosts(entries);
  try {
    hosts.check(new URL(url), ['url']);
  } catch {
    return false;
  }
  return hosts.mayConnect(new URL(url))(address);
};

describe('the hosts that remote engines may be reached at', () => {
  it.each([
    // Nothing is named: the public internet, over TLS.
    [[], 'https://example.org', '93.184.216.34', true],
    [[], 'http://example.org', '93.184.216.34', false],
    [[], 'https://example.org', '10.0.0.1', false],
    [[], 'https://example.org', '::1', false],
    [[], 'https://127.0.0.1', '127.0.0.1', false],
    [[], 'https://[::ffff:10.0.0.1]', '::ffff:10.0.0.1', false],
    [[], 'https://169.254.169.254', '169.254.169.254', false],
    // A name, wherever it is, but for where clouds keep their credentials.
    [['engine.internal'], 'http://engine.internal:8000', '10.0.0.1', true],
    [['Engine.Internal'], 'https://ENGINE.internal', '127.0.0.1', true],
    [['engine.internal'], 'http://engine.internal', '169.254.169.254', false],
    [['engine.internal'], 'http://engine.internal', 'fe80::1', false],
    [['engine.internal'], 'http://engine.internal', '0.0.0.0', false],
    [['engine.internal'], 'https://example.org', '93.184.216.34', false],
    [['engine.internal'], 'http://xengine.internal', '10.0.0.1', false],
    [['engine.internal:8000'], 'http://engine.internal:8000', '10.0.0.1', true],
    [['engine.internal:8000'], 'http://engine.internal:8001', '10.0.0.1', false],
    [['engine.internal:443'], 'https://engine.internal', '10.0.0.1', true],
    [['*.internal'], 'http://a.b.internal', '10.0.0.1', true],
    [['*.internal'], 'http://internal', '10.0.0.1', false],
    [['*.internal'], 'http://evilinternal', '10.0.0.1', false],
    // Addresses as they are written, and ranges.
    [['10.0.0.7:8000'], 'http://10.0.0.7:8000', '10.0.0.7', true],
    [['10.0.0.7'], 'http://10.0.0.8', '10.0.0.8', false],
    [['[::1]:9000'], 'http://[::1]:9000', '::1', true],
    [['::1'], 'http://[::1]:9000', '::1', true],
    [['10.0.0.0/8'], 'http://10.200.3.4:1', '10.200.3.4', true],
    [['10.0.0.0/8'], 'http://any.name', '10.200.3.4', true],
    [['10.0.0.0/8'], 'http://any.name', '192.168.0.1', false],
    [['fd00::/8'], 'http://any.name', 'fd00::7', true],
    [['10.0.0.0/8'], 'http://192.168.0.1', '192.168.0.1', false],
  ] as const)('are such that with %j, %s at %s is %s', (entries, url, address, expected) => {
    expect(may(entries, url, address)).toBe(expected);
  });

  it('are told from what is none', () => {
    const good = ['a.b', 'a:1', '*.a.b', '10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1', '[::1]:80'];
    const bad = ['', '*', '*.', 'http://a', 'a/b', '10.0.0.0/33', 'a b', 'a@b', 'a.*.b', '10.0.0.0/8/9'];
    expect(good.filter((entry) => !isRemoteHost(entry))).toEqual([]);
    expect(bad.filter(isRemoteHost)).toEqual([]);
  });
});
