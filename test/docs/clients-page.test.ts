import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { program, pythonWith } from '../clients/install.js';
import { childEnvironment } from '../support/child-environment.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../web/chromium.js';

const run = promisify(execFile);
const document = await readFile(join(packageRoot, 'docs/clients.md'), 'utf8');
const python = await program('python3', '--version');
const pythonWithGql = python && (await pythonWith('gql', ['gql[aiohttp,websockets]==4.4.0']));

/** The one block of a language that has the text. */
function blockOf(language: string, text: string): string {
  const blocks = [...document.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, of, code = '']) => of === language && code.includes(text))
    .map(([, , code = '']) => code);
  const [block, ...others] = blocks;
  if (block === undefined || others.length > 0)
    throw new Error(
      `docs/clients.md has ${blocks.length} blocks of ${language} with "${text}", expected one.`,
    );
  return block;
}

const MODELS = 'binding-energy, esol, lennard-jones, meat-fat, wine-cultivar';
const ETHANOL = '1.10 log10(mol/L)';
const WATCHED = /^\d+ requests, half of them within \d+\.\d ms$/;

describe.each([
  { keyed: 'without a key', apiKey: undefined },
  { keyed: 'with a key', apiKey: 'correct-horse-battery-staple' },
])('the programs of docs/clients.md, $keyed', ({ apiKey }) => {
  let app: TestApp;
  let folder: string;
  let pages: Server;
  let page: string;
  let origin: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retort-clients-page-'));
    symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
    pages = servePage(() => page);
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    app = await startTestApp({
      kind: 'embedded',
      examples: true,
      config: { apiKey, allowedOrigins: [origin] },
    });
    page = blockOf('html', 'createClient').replaceAll('http://127.0.0.1:4000', app.url);
    // For what watches.
    await app.graphql(
      'mutation { predict(input: {deployment: "esol", instances: ["C"]}) { predictions { value } } }',
    );
  });
  afterAll(async () => {
    pages.closeAllConnections();
    pages.close();
    await app.close();
    rmSync(folder, { recursive: true });
  });

  /** @returns the lines that a program printed */
  async function linesOf(command: string | null, file: string, code: string): Promise<string[]> {
    await writeFile(join(folder, file), code);
    const env = { ...childEnvironment(), RETORT_URL: app.url, ...(apiKey && { RETORT_API_KEY: apiKey }) };
    const { stdout } = await run(command ?? '', [join(folder, file)], { env });
    return stdout.trimEnd().split('\n');
  }
  const where = (available: unknown) => (available ? it : it.skip);
  const sorted = (names = '') => names.split(', ').sort().join(', ');

  it('Node asks and watches', async () => {
    const [names, ethanol, watched] = await linesOf(
      process.execPath,
      'client.mjs',
      blockOf('js', "from 'graphql-ws'"),
    );
    expect(sorted(names)).toBe(MODELS);
    expect(ethanol).toBe(ETHANOL);
    expect(watched).toMatch(WATCHED);
  });

  where(python)('Python asks, with nothing but its own library', async () => {
    const [names, ethanol, ...others] = await linesOf(python, 'ask.py', blockOf('python', 'urllib'));
    expect(sorted(names)).toBe(MODELS);
    expect(ethanol).toBe(ETHANOL);
    expect(others).toEqual([]);
  });

  where(pythonWithGql)('Python watches, with gql', async () => {
    const lines = await linesOf(pythonWithGql, 'watch.py', blockOf('python', 'WebsocketsTransport'));
    expect(lines).toEqual([expect.stringMatching(WATCHED)]);
  });

  where(browserIsInstalled)('a page of another origin asks and watches in a browser', async () => {
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext();
      if (apiKey) await context.addInitScript(`sessionStorage.setItem('retort-key', '${apiKey}')`);
      const tab = await context.newPage();
      const troubles: string[] = [];
      tab.on('pageerror', (error) => troubles.push(String(error)));
      await tab.goto(origin);
      await tab.waitForFunction(
        `document.getElementById('trouble').textContent ||
          (Number(document.getElementById('requests').textContent) > 0 && document.getElementById('ethanol').textContent)`,
        null,
        { timeout: 0 },
      );
      expect(await tab.textContent('#trouble')).toBe('');
      expect(await tab.textContent('#ethanol')).toBe(ETHANOL);
      const listed = (await tab.locator('#models li').allTextContents()).map((line) => line.split(':', 1)[0]);
      expect(listed.sort().join(', ')).toBe(MODELS);
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

/** The page as the document has it, and graphql-ws beside it. */
function servePage(page: () => string): Server {
  return createServer((request, response) => {
    const [, file] = /^\/graphql-ws\/([\w.-]+\.js)$/.exec(request.url ?? '') ?? [];
    const found: Promise<string> =
      file === undefined
        ? Promise.resolve(request.url === '/' ? page() : '')
        : readFile(join(packageRoot, 'node_modules/graphql-ws/dist', file), 'utf8');
    found.then(
      (text) =>
        response
          .writeHead(text === '' ? 404 : 200, {
            'content-type': file && extname(file) === '.js' ? 'text/javascript' : 'text/html; charset=utf-8',
          })
          .end(text),
      () => response.writeHead(404).end(),
    );
  });
}
