import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DASHBOARD_PAGES } from '../../../src/rest/index.js';

const built = 'dist/web/dashboard';
const assets = join(built, 'assets');
const html = (depth: number) =>
  readFileSync(join(built, depth === 0 ? 'index.html' : `index-${depth}.html`), 'utf8');
const named = (page: string) =>
  [...page.matchAll(/\b(?:href|src)="([^"]+)"/g)].map(([, address]) => address ?? '');
const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
const contentOf = (name: string) => readFileSync(join(assets, name), 'utf8');

/** A script and everything it cannot begin without. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported = ''] of contentOf(name).matchAll(/\b(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    withImports(imported, found);
  return found;
}

/** A page's script and style sheets, which the entry loads when the page is opened. */
function pageFiles(name: string): string[] {
  const script = scripts.find((candidate) => candidate.startsWith(`${name}-`));
  if (script === undefined) throw new Error(`The build has no ${name}.`);
  const styles = readdirSync(assets).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.css'));
  return [...withImports(script), ...styles];
}

describe('the build of the dashboard', () => {
  it('loads less than 250 kB, compressed, before the fleet is on the screen', () => {
    const entry = named(html(0)).filter((address) => address.startsWith('dashboard/assets/'));
    const files = new Set([
      ...entry
        .map((address) => address.replace('dashboard/assets/', ''))
        .flatMap((name) => (name.endsWith('.js') ? [...withImports(name)] : [name])),
      ...pageFiles('fleet-page'),
    ]);
    const bytes = [...files].reduce((sum, name) => sum + statSync(join(assets, `${name}.gz`)).size, 0);
    expect(files.size).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(250_000);
  });

  it('draws charts with a library that only their pages load', () => {
    const first = [...pageFiles('fleet-page'), ...pageFiles('index')].filter((name) => name.endsWith('.js'));
    const charts = scripts.filter((name) => contentOf(name).includes('u-cursor-x'));
    expect(charts).toHaveLength(1);
    for (const name of charts) expect(first).not.toContain(name);
  });

  it.each([0, 1, 2])('names its files relative to a page %s folders down', (depth) => {
    const up = '../'.repeat(depth);
    const addresses = named(html(depth));
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) {
      expect(address).toMatch(
        new RegExp(`^${up.replaceAll('.', '\\.')}(?:favicon\\.ico|dashboard/assets/[\\w.-]+)$`),
      );
      const file = address.slice(up.length).replace('dashboard/', '');
      if (file !== 'favicon.ico') expect(existsSync(join(built, file))).toBe(true);
    }
  });

  it('holds no script or style of its own that the policy would refuse, and reaches for nothing outside', () => {
    expect(html(0)).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|https?:/);
    for (const name of scripts)
      expect(contentOf(name)).not.toMatch(/(?:\bfrom|\bimport\(|importScripts\()\s*["'`](?:https?:)?\/\//);
    for (const name of readdirSync(assets).filter((file) => file.endsWith('.css')))
      expect(contentOf(name)).not.toMatch(/(?:url\(|@import)\s*["']?(?:https?:)?\/\//);
  });

  it('has a page for each address that the server gives it for, and no other', () => {
    const inPages = [...readFileSync('web/dashboard/pages.ts', 'utf8').matchAll(/\bpath: '([^']+)'/g)].map(
      ([, path]) => path,
    );
    expect(inPages.toSorted()).toEqual([...DASHBOARD_PAGES].sort());
  });
});
