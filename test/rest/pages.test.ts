import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DASHBOARD_PAGES } from '../../src/rest/index.js';
import { startRest, type RestServer } from './rest-server.js';

const webDirectory = resolve('dist/web');
const KEY = 'a-key-of-at-least-16-characters';
let server: RestServer;
afterEach(() => server.close());

describe('the pages', () => {
  it.each(DASHBOARD_PAGES.map((page) => ({ page })))('are given for $page', async ({ page }) => {
    server = await startRest({ webDirectory });
    const answer = await fetch(server.url + page.replace(/:\w+/g, 'esol@production'));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toContain('max-age=0');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toContain('unsafe');
    const text = await answer.text();
    // What it names is there, seen from its own address.
    for (const [, address = ''] of text.matchAll(/\b(?:href|src)="([^"]+)"/g)) {
      const asset = await fetch(new URL(address, answer.url));
      expect([address, asset.status]).toEqual([address, 200]);
      await asset.arrayBuffer();
    }
  });

  it('keep 404 for what is no page, and 405 for what cannot be read', async () => {
    server = await startRest({ webDirectory });
    for (const path of ['/fleets', '/deployments', '/deployments/a/b', '/dashboard/assets/nothing.js'])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 404]);
    expect((await fetch(`${server.url}/fleet`, { method: 'POST' })).status).toBe(405);
  });

  it('say to people that there is nothing, at every depth, and to programs in JSON', async () => {
    server = await startRest({ webDirectory });
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    for (const path of ['/nosuch', '/nosuch/', '/deployments/a/b', '/a/b/c/d/e/f?g=/h']) {
      const answer = await fetch(server.url + path, { headers: browser });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'text/html; charset=utf-8',
      ]);
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
      expect(answer.headers.get('vary')).toContain('Accept');
      const named = [...(await answer.text()).matchAll(/\b(?:href|src)="([^"]+)"/g)];
      expect(named.length).toBeGreaterThan(2);
      for (const [, address = ''] of named) {
        const asset = await fetch(new URL(address, answer.url));
        expect([path, address, asset.status]).toEqual([path, address, 200]);
        await asset.arrayBuffer();
      }
    }
    for (const accept of [
      '*/*',
      'application/json',
      'application/json, text/html',
      'application/graphql-response+json',
    ]) {
      const answer = await fetch(`${server.url}/nosuch`, { headers: { accept } });
      expect([accept, answer.status, answer.headers.get('content-type')]).toEqual([
        accept,
        404,
        'application/json; charset=utf-8',
      ]);
      expect(await answer.json()).toMatchObject({
        error: { code: 'NOT_FOUND', message: expect.stringMatching(/^There is nothing at \/nosuch\./) },
      });
    }
    const sent = await fetch(`${server.url}/nosuch`, { method: 'POST', headers: browser });
    expect([sent.status, sent.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
  });

  it('need no key, and neither do their files; everything else does', async () => {
    server = await startRest({ webDirectory, apiKey: KEY });
    const page = await fetch(`${server.url}/deployments/esol`);
    expect(page.status).toBe(200);
    const [script = ''] = /dashboard\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? [];
    for (const path of [`/${script}`, '/favicon.ico'])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
    for (const path of ['/graphql', '/graphiql', '/broken', '/nowhere', '/deployments/a/b'])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 401]);
    expect((await fetch(`${server.url}/fleet`, { method: 'POST' })).status).toBe(401);
  });

  it('ask for the key themselves: a browser is not told to, where a script asks', async () => {
    server = await startRest({ webDirectory, apiKey: KEY });
    const challenges = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/graphql`, { headers })).headers.get('www-authenticate');
    expect(await challenges({})).toBe('Basic realm="Retort", charset="UTF-8", Bearer realm="Retort"');
    expect(await challenges({ 'x-requested-with': 'retort-dashboard' })).toBe('Bearer realm="Retort"');
  });
});
