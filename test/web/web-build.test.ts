import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// @ts-expect-error the build is plain JavaScript
import { buildWeb as untyped } from '../../scripts/build-web.mjs';

const buildWeb = untyped as (root: string) => Promise<void>;
const project = resolve('.');

describe('the web build', () => {
  // A project folder of its own, so that the one the server is serving from stays as it is.
  const root = mkdtempSync(join(tmpdir(), 'retort-web-'));
  const output = join(root, 'dist/web');
  beforeAll(async () => {
    for (const name of ['web', 'node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(project, name), join(root, name));
    await buildWeb(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const page = () => readFileSync(join(output, 'graphiql/index.html'), 'utf8');
  const packed = /\.(?:br|gz)$/;
  const assets = () => readdirSync(join(output, 'graphiql/assets')).filter((name) => !packed.test(name));
  const contentOf = (name: string) => readFileSync(join(output, 'graphiql/assets', name), 'utf8');

  it('names only files that exist, by relative addresses', () => {
    const addresses = [...page().matchAll(/\b(?:href|src)="([^"]+)"/g)].map(([, address]) => address ?? '');
    const files = addresses.filter((address) => !address.startsWith('data:'));
    expect(files).toEqual([
      // Answered by a route of its own, which browsers ask for beside every answer.
      'favicon.ico',
      expect.stringMatching(/^graphiql\/assets\/graphiql-\w+\.css$/),
      expect.stringMatching(/^graphiql\/assets\/graphiql-\w+\.js$/),
    ]);
    const [, ...assets] = files;
    for (const file of [...assets, 'favicon.svg']) expect(existsSync(join(output, file))).toBe(true);
    expect(page()).not.toContain('{{');
  });

  it('reaches for nothing outside: no script, style, font or import from another address', () => {
    expect(page().replaceAll("xmlns='http://www.w3.org/2000/svg'", '')).not.toMatch(/https?:/);
    for (const name of assets()) {
      if (name.endsWith('.css'))
        expect(contentOf(name)).not.toMatch(/(?:url\(|@import)\s*["']?(?:https?:)?\/\//);
      if (name.endsWith('.js'))
        expect(contentOf(name)).not.toMatch(/(?:\bfrom|\bimport\(|importScripts\()\s*["'`](?:https?:)?\/\//);
    }
  });

  it('holds every file a bundle imports, and every worker the page starts', () => {
    const names = assets();
    for (const name of names.filter((candidate) => candidate.endsWith('.js'))) {
      for (const [, imported] of contentOf(name).matchAll(/"\.\/([\w.]+-[A-Z0-9]{8}\.js)"/g)) {
        expect(names).toContain(imported);
      }
    }
    const scripts = names.filter((name) => name.endsWith('.js')).map(contentOf);
    for (const worker of ['editor', 'json', 'graphql']) {
      const file = names.find((name) => new RegExp(`^${worker}\\.worker-\\w+\\.js$`).test(name));
      expect(scripts.join('')).toContain(file ?? 'a worker');
    }
  });

  it('carries the hash of its content in every name', () => {
    for (const name of assets()) expect(name).toMatch(/-[A-Z0-9]{8}\.(?:js|css|ttf|js\.LEGAL\.txt)$/);
  });
});
