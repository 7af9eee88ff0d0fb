import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { publish, register } from '../../api/support/catalog-steps.js';
import { scalingModel } from '../../api/support/own-models.js';
import { patience } from '../../support/patience.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage, type WatchedPage } from './support/watched-page.js';

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';

/** A reaction's conditions, as columns of one tensor. */
const CONDITIONS = {
  format: 2,
  instance: {
    temperature: { kind: 'number', unit: 'K', range: { min: 250, max: 400 }, description: 'Of the bath.' },
    solvent: { kind: 'category', values: ['water', 'ethanol'] },
    ph: { kind: 'number', unit: '1', missing: { use: 7 } },
  },
  steps: {
    t: { step: 'standardize', of: 'temperature', mean: 300, scale: 10 },
    s: { step: 'one-hot', of: 'solvent' },
    x: { step: 'concatenate', of: ['t', 's', 'ph'] },
  },
  inputs: { x: { of: 'x', unit: '1' } },
  outputs: { y: { unit: '1', description: 'What came in, doubled.' } },
  result: { y: { output: 'y' } },
};

/** Twelve rows of the example's data. */
const MEASURED = readFileSync('examples/data/delaney-solubility.csv', 'utf8')
  .split('\n')
  .map((line) => line.split(','))
  .filter((cells) => cells.length === 4 && !cells.some((cell) => cell.includes('"')))
  .slice(1, 13);
const TABLE = [
  'compound,structure,measured,kind',
  ...MEASURED.map(
    ([name, smiles, measured], index) => `${name},${smiles},${measured},${index % 2 ? 'odd' : 'even'}`,
  ),
  'nonsense,C1CC,0,odd',
  '',
].join('\n');

describe('the pages of predictions with their limits', () => {
  const inBrowser = browserIsInstalled ? it : it.skip;
  let app: TestApp;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    if (!browserIsInstalled) return;
    app = await startTestApp({ kind: 'embedded', examples: true });
    await register(app, 'conditions', { title: 'Conditions', domain: 'CHEMISTRY' });
    await publish(app, 'conditions', scalingModel(2), { pipeline: CONDITIONS });
    browser = await launchBrowser();
    watched = await openWatchedPage(browser, app.url);
    page = watched.page;
  });
  afterEach(() => {
    if (browserIsInstalled) expect(watched.troubles).toEqual([]);
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
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const region = (name: string) => page.getByLabel(name, { exact: true });
  const give = async (name: string, content: string) => {
    const chooser = page.waitForEvent('filechooser');
    await button('Choose a file').click();
    await (await chooser).setFiles({ name, mimeType: '', buffer: Buffer.from(content) });
  };

  inBrowser('explains octanol by its atoms, by keyboard, on a narrow dark screen too', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await open(`/playground/esol@3?instance=${encodeURIComponent('CCCCCCCCO')}`);
    await button('Explain').focus();
    await page.keyboard.press('Enter');
    const bars = page.getByLabel('What moves the answer, the strongest first');
    await bars.waitFor();
    expect(await bars.innerText()).toMatch(/^O8[^]*\+2\.\d+/);
    expect(await page.getByAltText(/^CCCCCCCCO, each atom coloured/).count()).toBe(1);
    const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(isTooWide).toBe(false);
    if (process.env.TEST_SCREENSHOTS)
      await page.screenshot({ path: `${process.env.TEST_SCREENSHOTS}/narrow-dark.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
    if (process.env.TEST_SCREENSHOTS)
      await page.screenshot({ path: `${process.env.TEST_SCREENSHOTS}/wide-light.png`, fullPage: true });
  });

  inBrowser('predicts aspirin with its interval and its domain', async () => {
    await open(`/playground/esol@3?instance=${encodeURIComponent(ASPIRIN)}`);
    await button('Predict').click();
    await seen('with 90 % confidence');
    const answer = region('Answer');
    const [, low, high] = /(-[\d.]+) to (-[\d.]+) log10\(mol\/L\)/.exec(await answer.innerText()) ?? [];
    expect(Number(high) - Number(low)).toBeGreaterThan(0.5);
    const domain = region('Applicability domain');
    await domain.getByText('Inside', { exact: true }).waitFor();
    await domain.getByText(/By \d measures|By one measure/).click();
    await domain.getByRole('rowheader', { name: 'leverage' }).waitFor();
    await page.getByLabel('Level of intervals').selectOption('0.99');
    await button('Predict').click();
    await seen('with 99 % confidence');
    const [, wideLow, wideHigh] =
      /(-[\d.]+) to (-?[\d.]+) log10\(mol\/L\)/.exec(await answer.innerText()) ?? [];
    expect(Number(wideHigh) - Number(wideLow)).toBeGreaterThan(Number(high) - Number(low));
    expect(new URL(page.url()).searchParams.get('level')).toBe('0.99');
  });

  inBrowser('says by which measure a molecule is outside of the domain', async () => {
    await open(`/playground/esol@3?instance=${encodeURIComponent('C'.repeat(60))}`);
    await button('Predict').click();
    await region('Applicability domain').getByText('Outside', { exact: true }).waitFor();
    await region('Measures of the domain').locator('.doubt').first().waitFor();
  });

  inBrowser('makes a form of the fields of a pipeline', async () => {
    await open('/playground/conditions@1');
    await page.getByLabel('temperature (K)').fill('500');
    await seen('Expected 250 to 400 K.');
    await page.getByLabel('temperature (K)').fill('25 degC');
    await page.getByLabel('solvent').selectOption('ethanol');
    await button('Predict').click();
    await seen('[-0.37, 0, 2, 14]');
    expect(JSON.parse(new URL(page.url()).searchParams.get('instance') ?? '')).toEqual({
      temperature: '25 degC',
      solvent: 'ethanol',
    });
    await page.getByRole('radio', { name: 'Many' }).click();
    await page
      .getByLabel('Rows', { exact: true })
      .last()
      .fill('Solvent\ttemperature\nwater\t300\nether\t300');
    await button('Predict 2 rows').click();
    await seen('1 of 2 rows have an answer.');
    await seen('[0, 2, 0, 14]');
  });

  inBrowser('answers a dropped file, and gives the result', async () => {
    await open('/jobs');
    await button('Predict a file…').click();
    await page.getByLabel('Version').fill('esol@3');
    await give('few.csv', TABLE);
    await page.getByLabel('Column of smiles').selectOption('structure');
    await button('Start').click();
    const job = page.getByRole('article').first();
    await job.getByText('esol@3 answered 12 of 13 rows.').waitFor({ timeout: patience(60_000) });
    const saved = page.waitForEvent('download');
    await job.getByRole('button', { name: 'Download the result' }).click();
    const lines = readFileSync(await (await saved).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(14);
    expect(lines[0]).toMatch(/^compound,structure,measured,kind,value,unit,low,high,/);
    expect(lines[13]).toMatch(/^nonsense,C1CC,0,odd,.*C1CC/);
  });

  inBrowser('evaluates on a file, and shows what was found', async () => {
    await open('/models/esol/versions/3');
    await button('Evaluate on a file…').click();
    await give('measured.csv', TABLE);
    await page.getByLabel('Column of smiles').selectOption('structure');
    await page.getByLabel('Column of what was measured').selectOption('measured');
    await page.getByLabel('Measured apart by').selectOption('kind');
    await page.getByLabel('Name of the rows').fill('twelve');
    await button('Evaluate').last().click();
    await region('Metrics on twelve').waitFor({ timeout: patience(60_000) });
    await region('Metrics on twelve').getByRole('rowheader', { name: 'rmse' }).waitFor();
    await page.getByRole('img', { name: /^12 predictions from / }).waitFor();
    await page.getByRole('img', { name: /^12 errors, from / }).waitFor();
    expect(await region('Metrics by group').getByRole('rowheader').allInnerTexts()).toEqual(
      expect.arrayContaining(['even', 'odd']),
    );
    await open('/models/esol/metrics');
    await seen(/twelve, log_s, measured here/);
  });

  inBrowser('has a version measured again and again', async () => {
    await open('/jobs');
    await button('New schedule…').click();
    await page.getByLabel('Name', { exact: true }).fill('weekly');
    await page.getByLabel('Deployment or version').fill('esol');
    await page.getByLabel('Every', { exact: true }).selectOption('cron');
    await page.getByLabel('Cron expression').fill('0 6 * * 9');
    await page.getByLabel('Measured on').selectOption('file');
    await give('measured.csv', TABLE);
    await page.getByLabel('Column of smiles').selectOption('structure');
    await page.getByLabel('Column of what was measured').selectOption('measured');
    await page.getByLabel('Name of the rows').fill('weekly rows');
    await button('Make the schedule').click();
    await seen(/a cron expression of five fields/);
    await page.getByLabel('Cron expression').fill('0 6 * * MON');
    await button('Make the schedule').click();
    await region('Scheduled evaluations').getByText('esol on weekly rows').first().waitFor();
    await button('Run now: weekly').click();
    await button('Run now').last().click();
    await seen(/Evaluate esol@3 on weekly rows/);
  });

  inBrowser('shows the data of a version and its report', async () => {
    await open('/models/esol/versions/3');
    await region('Attachments')
      .getByRole('rowheader', { name: /TRAINING/ })
      .waitFor();
    await page.getByText('Read it here').click();
    await page.locator('.prose').getByRole('heading', { name: 'What is missing' }).waitFor();
    const saved = page.waitForEvent('download');
    await button('Download QMRF').click();
    expect(readFileSync(await (await saved).path(), 'utf8')).toMatch(/^QSAR Model Reporting Format/);
  });

  inBrowser.each([
    { path: '/playground/esol@3', theme: 'dark', width: 390, ready: 'As a program', asks: true },
    { path: '/playground/esol@3', theme: 'light', width: 1440, ready: 'As a program', asks: true },
    { path: '/playground/conditions@1', theme: 'light', width: 390, ready: 'As a program', asks: false },
    { path: '/playground/conditions@1', theme: 'dark', width: 1440, ready: 'As a program', asks: false },
    {
      path: '/models/esol/versions/3',
      theme: 'dark',
      width: 1440,
      ready: /of weekly rows|on 12 rows of/,
      asks: false,
    },
    {
      path: '/models/esol/versions/3',
      theme: 'light',
      width: 390,
      ready: /of weekly rows|on 12 rows of/,
      asks: false,
    },
    { path: '/jobs', theme: 'light', width: 390, ready: /answered 12 of 13/, asks: false },
    { path: '/jobs', theme: 'dark', width: 1440, ready: /answered 12 of 13/, asks: false },
  ] as const)(
    '$path is accessible and fits $width pixels, $theme',
    async ({ path, theme, width, ready, asks }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: theme });
      await open(path);
      await seen(ready);
      if (asks) {
        await button('Predict').click();
        await region('Applicability domain').waitFor();
      }
      const shots = process.env.RETORT_TEST_PICTURES;
      if (shots !== undefined)
        await page.screenshot({
          path: `${shots}/${path.replaceAll(/\W+/g, '-')}-${theme}-${width}.png`,
          fullPage: true,
        });
      expect(await watched.accessibilityProblems()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    },
  );
});
