import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { forgetLogin, loginFile, readLogin, writeLogin } from '../../cli/login/stored-login.js';
import { serverAddress } from '../../cli/settings.js';

const home = mkdtempSync(join(tmpdir(), 'retort-login-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('what login remembers', () => {
  it("lies in the folder of the user's own settings", () => {
    expect(loginFile({ HOME: '/home/ada' })).toBe('/home/ada/.config/retort/login.json');
    expect(loginFile({ HOME: '/home/ada', XDG_CONFIG_HOME: '/settings' })).toBe(
      '/settings/retort/login.json',
    );
    expect(loginFile({ HOME: '/home/ada', XDG_CONFIG_HOME: 'here' })).toBe(
      '/home/ada/.config/retort/login.json',
    );
  });

  it('is read by its owner alone, or not at all', () => {
    const file = loginFile({ HOME: home });
    expect(readLogin(file)).toBeNull();
    writeLogin(file, { url: 'https://retort.example.org/', apiKey: 'key' });
    writeLogin(file, { url: 'https://retort.example.org/', apiKey: 'other' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readLogin(file)).toEqual({ url: 'https://retort.example.org/', apiKey: 'other' });
    chmodSync(file, 0o640);
    expect(() => readLogin(file)).toThrow(/may be read by others: run chmod 600/);
    chmodSync(file, 0o600);
    writeFileSync(file, '{"url": 3}');
    expect(() => readLogin(file)).toThrow(/is not what retort login writes/);
    expect([forgetLogin(file), forgetLogin(file)]).toEqual([true, false]);
  });

  it('gives way to the command line and the environment, and its key goes to its own address only', () => {
    const remembered = { url: 'https://retort.example.org', apiKey: 'own' };
    const of = (given: object, environment: Record<string, string>) => {
      const { url, apiKey } = serverAddress(given, environment, remembered);
      return [url.host, apiKey];
    };
    expect(of({}, {})).toEqual(['retort.example.org', 'own']);
    expect(of({}, { RETORT_API_KEY: 'set' })).toEqual(['retort.example.org', 'set']);
    expect(of({}, { RETORT_URL: 'https://other.example.org' })).toEqual(['other.example.org', undefined]);
    expect(of({ url: 'https://retort.example.org/' }, {})).toEqual(['retort.example.org', 'own']);
    expect(of({ url: 'http://retort.example.org/' }, {})).toEqual(['retort.example.org', undefined]);
    expect(of({ apiKey: 'given' }, { RETORT_API_KEY: 'set' })).toEqual(['retort.example.org', 'given']);
  });
});
