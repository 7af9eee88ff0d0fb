import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { deploy, publish, register } from '../../api/support/catalog-steps.js';
import { scalingModel } from '../../api/support/own-models.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage } from './support/watched-page.js';

const KEY = 'correct-horse-battery-staple';

describe('the dashboard of a server with a key', () => {
  const inBrowser = browserIsInstalled ? it : it.skip;
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => {
    if (!browserIsInstalled) return;
    app = await startTestApp({ kind: 'embedded', config: { apiKey: KEY } });
    await register(app, 'scaling');
    await publish(app, 'scaling', scalingModel(2));
    await deploy(app, 'scaling', 'scaling@1');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    if (!browserIsInstalled) return;
    await browser.close();
    await app.close();
  });

  inBrowser(
    'asks for it, says when it is wrong, keeps the right one for the tab, and forgets it',
    async () => {
      const { page, troubles, accessibilityProblems } = await openWatchedPage(browser, app.url);
      await page.goto(`${app.url}/deployments/scaling?view=history`);
      await page.getByLabel('API key').waitFor();
      expect(await accessibilityProblems()).toEqual([]);
      await page.getByLabel('API key').fill('a-key-that-is-wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('The API key is not the one this server was started with.').waitFor();
      await page.getByLabel('API key').fill(KEY);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('heading', { level: 1, name: 'scaling' }).waitFor();
      await page.getByText('Live', { exact: true }).first().waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'scaling' }).waitFor();
      expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain(KEY);
      expect(page.url()).toBe(`${app.url}/deployments/scaling?view=history`);
      await page.getByRole('button', { name: 'Log out: forget the API key' }).click();
      await page.getByLabel('API key').waitFor();
      // The browser notes each refusal by itself.
      expect(troubles.filter((text) => !text.includes('401 (Unauthorized)'))).toEqual([]);
      await page.context().close();
    },
  );
});
