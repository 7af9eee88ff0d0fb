import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { counted } from '../support/costs.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

export const browserIsInstalled = executablePath !== undefined;

if (!browserIsInstalled)
  process.stderr.write('No Chromium is installed: the tests of the pages in a browser are skipped.\n');

export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('No Chromium is installed.');
  return counted('browser started', () =>
    chromium.launch({
      executablePath,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    }),
  );
}
