import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { patience } from '../../../support/patience.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page of the dashboard, and all that it should not have done. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of the page, refusals by its content security policy, requests to other servers; emptied by the test. */
  readonly troubles: string[];
  /** Problems that axe finds, minor ones left out, each with the elements at fault. */
  readonly accessibilityProblems: () => Promise<string[]>;
}

/** Opens a page that must reach for nothing but `origin`. */
export async function openWatchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience(30_000));
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(origin) && !/^(?:data|blob):/.test(address))
      troubles.push(`reached for ${address}`);
  });
  return {
    page,
    troubles,
    async accessibilityProblems() {
      // Evaluated from outside: the page's own policy lets nothing be added to it.
      await page.evaluate(axeSource);
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: {
            run(): Promise<{
              violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
            }>;
          };
        };
        const { violations } = await axe.run();
        return violations
          .filter(({ impact }) => impact !== 'minor')
          .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
    },
  };
}
