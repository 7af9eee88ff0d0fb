import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ask, succeed } from '../../api/support/ask.js';
import { deploy, publish, register } from '../../api/support/catalog-steps.js';
import { scalingModel } from '../../api/support/own-models.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { until } from '../../support/until.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage, type WatchedPage } from './support/watched-page.js';

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';
const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        id
      }
      userErrors {
        message
      }
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateDeploymentInput!) {
    updateDeployment(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`;
const LOGGED = /* GraphQL */ `
  query {
    deployment(name: "esol") {
      predictionLog {
        totalCount
      }
    }
  }
`;
const inBrowser = browserIsInstalled ? it : it.skip;

describe('the dashboard’s pages of what was recorded, and of much', () => {
  let app: TestApp;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    if (!browserIsInstalled) return;
    app = await startTestApp({ kind: 'embedded', examples: true });
    browser = await launchBrowser();
    watched = await openWatchedPage(browser, app.url);
    page = watched.page;
  });
  afterEach(() => {
    if (browserIsInstalled) expect(watched.troubles.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    if (!browserIsInstalled) return;
    await browser.close();
    await app.close();
  });

  const open = async (path: string) => {
    await page.goto(`${app.url}${path}`);
    await page.locator('h1').waitFor();
  };
  const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const predict = async (instances: readonly unknown[]) =>
    succeed(app, PREDICT, { input: { deployment: 'esol', instances } });
  const loggedCount = async () =>
    (await ask<{ deployment: { predictionLog: { totalCount: number } } }>(app, LOGGED)).deployment
      .predictionLog.totalCount;

  inBrowser('finds logged predictions, joins what was measured, and deletes by subject', async () => {
    await open('/deployments/esol?view=predictions');
    await seen(/^Predictions are not logged\./);
    await succeed(app, UPDATE, {
      input: {
        name: 'esol',
        predictionLog: { sampleRate: 1, subject: 'smiles' },
        recording: { sampleRate: 1 },
      },
    });
    await predict(['CCO', ASPIRIN, 'C1CC', ...Array.from({ length: 22 }, () => 'CCO')]);
    await until(async () => (await loggedCount()) === 25);
    await open('/deployments/esol?view=predictions');
    const rows = page.getByRole('group', { name: 'Logged predictions, newest first' }).locator('tbody tr');
    await until(async () => (await rows.count()) === 20);
    await button('Older predictions').click();
    await until(async () => (await rows.count()) === 25);
    expect(await watched.accessibilityProblems()).toEqual([]);

    await page.getByRole('radio', { name: 'Failed', exact: true }).click();
    await until(async () => (await rows.count()) === 1);
    await page.getByText('INVALID_SMILES').waitFor();
    await page.getByRole('radio', { name: 'All', exact: true }).click();
    await until(async () => (await rows.count()) > 1);
    await page.getByLabel('Asked or answered').fill('c1ccccc1');
    await until(async () => (await rows.count()) === 1);
    await page.getByRole('button', { name: /^Say what was measured of/ }).click();
    const dialog = page.getByRole('dialog', { name: 'What was measured?' });
    await dialog.getByLabel(/^Measured/).fill('soluble');
    await dialog.getByRole('button', { name: 'Record' }).click();
    await until(async () => (await dialog.getByLabel(/^Measured/).getAttribute('aria-invalid')) === 'true');
    await dialog.getByLabel(/^Measured/).fill('-1.72');
    await dialog.getByRole('button', { name: 'Record' }).click();
    await rows.getByText('-1.72').waitFor();

    await page.getByLabel('Asked or answered').fill('');
    await page.getByLabel('Of smiles').fill('CCO');
    await until(async () => (await rows.count()) === 20);
    expect(page.url()).not.toContain('CCO');
    await button('Delete by smiles…').click();
    const question = page.getByRole('alertdialog', { name: 'Delete by smiles?' });
    await question.getByLabel('Reason').fill('request 4711');
    await question.getByRole('button', { name: 'Delete for good' }).click();
    await seen('23 predictions of CCO removed.');
    await button('Close').click();
    await seen('No prediction that is kept meets all of these conditions.');
    expect(await loggedCount()).toBe(2);
  });

  inBrowser('compares two versions by what was recorded, and says where nothing is', async () => {
    await open('/models/esol/compare?sample=recorded&base=esol%401&target=esol%402');
    const answers = page.getByRole('region', { name: 'Answers', exact: true });
    await answers.getByText(/rows: .*recorded/i).waitFor();
    expect(await answers.getByLabel('Recorded by').inputValue()).toBe('esol');
    await open(
      '/models/binding-energy/compare?sample=recorded&base=binding-energy%401&target=binding-energy%401',
    );
    await seen(/^No deployment of this model records requests\./);
  });

  inBrowser('makes a rule of every kind', async () => {
    const conditions = [
      ['a number changes fast', { 'Times what it was': '2' }, /at least 2 times/],
      ['an error budget is used up too fast', { 'Objective, % that go well': '99.95' }, /99\.95 %/],
      ['inputs or answers drift', {}, /drift/i],
      ['no request comes', {}, /no request/i],
      ['the version is old', { 'Published longer ago than, days': '90' }, /90/],
    ] as const;
    await open('/alerts');
    for (const [index, [kind, fields, text]] of conditions.entries()) {
      await button('New rule…').click();
      const dialog = page.getByRole('dialog', { name: 'New alert rule' });
      await dialog.getByLabel('Fires when').selectOption({ label: kind });
      await dialog.getByLabel('Name', { exact: true }).fill(`rule-${index}`);
      for (const [label, value] of Object.entries(fields)) {
        await dialog.getByLabel(label).fill('many');
        await dialog.getByRole('button', { name: 'Make the rule' }).click();
        await dialog.getByText(/^Give a number.*got “many”\.$/).waitFor();
        await dialog.getByLabel(label).fill(value);
      }
      expect(await watched.accessibilityProblems()).toEqual([]);
      await dialog.getByRole('button', { name: 'Make the rule' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page
        .getByRole('row', { name: new RegExp(`rule-${index}.*${text.source}`, text.flags) })
        .waitFor();
    }
    await button('New rule…').click();
    const dialog = page.getByRole('dialog', { name: 'New alert rule' });
    await dialog.getByLabel('Name', { exact: true }).fill('told');
    await dialog.getByLabel(/^Limit/).fill('5');
    await dialog.getByLabel('Webhook').fill('https://hooks.example.org/retort');
    await dialog.getByLabel('Secret that signs').fill('ON_CALL_KEY');
    await dialog.getByRole('button', { name: 'Make the rule' }).click();
    await dialog.getByText(/RETORT_SECRETS_FILE/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  inBrowser('shows more than a hundred models and deployments, page by page', async () => {
    for (let count = 0; count < 105; count += 1)
      await register(app, `many-${String(count).padStart(3, '0')}`);
    await open('/catalog?q=many');
    await seen('105 models');
    const models = page.locator('.model-entry');
    for (const shown of [60, 90, 105]) {
      await button('Show more').click();
      await until(async () => (await models.count()) === shown);
    }
    expect(await button('Show more').count()).toBe(0);
    expect(new Set(await models.locator('h2').allInnerTexts()).size).toBe(105);
  });

  inBrowser('fits a phone, each cell with the name of its column', async () => {
    await publish(app, 'many-000', scalingModel(1));
    await publish(app, 'many-000', scalingModel(2));
    await deploy(app, 'on-a-phone', 'many-000@1');
    await page.setViewportSize({ width: 390, height: 844 });
    const paths = [
      '/catalog',
      '/alerts',
      '/jobs',
      '/events',
      '/models/many-000/versions',
      '/models/many-000/compare',
      '/publish',
      ...['live', 'drift', 'predictions', 'truth', 'history', 'requests', 'settings'].map(
        (view) => `/deployments/esol?view=${view}`,
      ),
    ];
    for (const [index, path] of paths.entries()) {
      await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark' });
      await open(path);
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      const widest = await page.evaluate(() =>
        Math.max(
          document.documentElement.scrollWidth,
          ...[...document.querySelectorAll('.table-scroll:has(.stacked)')].map((table) => table.scrollWidth),
        ),
      );
      expect([path, widest <= 390, widest]).toEqual([path, true, widest]);
      expect([path, await watched.accessibilityProblems()]).toEqual([path, []]);
    }
    await open('/deployments/esol?view=history');
    const cell = page.getByRole('cell', { name: /esol@/ }).first();
    expect(await cell.evaluate((each) => getComputedStyle(each, '::before').content)).toBe('"Version"');
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
