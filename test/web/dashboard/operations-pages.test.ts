import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { deploy, publish, register, scale } from '../../api/support/catalog-steps.js';
import { scalingModel } from '../../api/support/own-models.js';
import { artifactPath } from '../../api/support/stored-files.js';
import { DatabaseLink as Link } from '../../support/database-link.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { until } from '../../support/until.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage, type WatchedPage } from './support/watched-page.js';

const ROW = [1, 2, 3, 4];
const inBrowser = browserIsInstalled ? it : it.skip;

describe('the dashboard’s pages of operations', () => {
  let app: TestApp;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  /** Steady requests until the test is over. */
  let traffic: NodeJS.Timeout | undefined;

  beforeAll(async () => {
    if (!browserIsInstalled) return;
    app = await startTestApp({ kind: 'embedded' });
    await register(app, 'scaling', { title: 'Scaling' });
    for (const factor of [1, 2, 2]) await publish(app, 'scaling', scalingModel(factor));
    await deploy(app, 'scaling', 'scaling@2');
    browser = await launchBrowser();
    watched = await openWatchedPage(browser, app.url);
    page = watched.page;
  });
  afterEach(() => {
    clearInterval(traffic);
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
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const ask = () => void scale(app, { deployment: 'scaling' }, ROW).catch(() => undefined);
  const beginTraffic = () => {
    traffic = setInterval(ask, 25);
  };

  inBrowser(
    'opens on the fleet, with each deployment’s name as text, whatever the width and the colours',
    async () => {
      for (const width of [1440, 768, 390])
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height: 844 });
          await page.emulateMedia({ colorScheme });
          await open('/');
          const name = page.getByRole('link', { name: 'scaling', exact: true });
          await name.waitFor();
          expect(await name.innerText()).toBe('scaling');
          await page.getByText('Ready', { exact: true }).first().waitFor();
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          expect([width, colorScheme, await watched.accessibilityProblems()]).toEqual([
            width,
            colorScheme,
            [],
          ]);
        }
      await page.setViewportSize({ width: 1440, height: 900 });
      expect(await page.title()).toBe('Fleet · Retort');
    },
  );

  inBrowser('leads by keyboard to the content, and to the heading of the page it opens', async () => {
    await open('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('link', { name: 'scaling', exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'scaling' }).waitFor();
    await until(async () => (await page.evaluate(() => document.activeElement?.tagName)) === 'H1');
    expect(page.url()).toBe(`${app.url}/deployments/scaling`);
  });

  inBrowser('keeps the colours that were chosen', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await open('/');
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await button(/^Colours: as the system has it/).click();
    await button(/^Colours: light/).click();
    expect(await ground()).not.toBe(light);
    await page.reload();
    await button(/^Colours: dark/).click();
    expect(await ground()).toBe(light);
  });

  inBrowser('draws what happens while one watches, and has it as a table', async () => {
    await open('/deployments/scaling');
    const figures = page.getByLabel('Figures of the window');
    await figures.waitFor();
    const rate = page.getByRole('figure', { name: 'Requests a second' });
    await rate.locator('canvas').waitFor();
    const picture = () => rate.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    for (let count = 0; count < 12; count += 1) await scale(app, { deployment: 'scaling' }, ROW);
    await until(async () => /Requests\n(?:1[2-9]|[2-9]\d) /.test(await figures.innerText()));
    await until(async () => (await picture()) !== before);
    await button('Show Requests a second as a table').click();
    const numbers = await rate.locator('td').allInnerTexts();
    expect(numbers.some((text) => Number(text) > 0)).toBe(true);
    await page.getByRole('radio', { name: '1 h', exact: true }).click();
    await page.waitForURL(/window=PT1H/);
    await button('Earlier').click();
    await page.waitForURL(/until=20/);
    await button('Now').click();
    await page.waitForURL((url) => !url.searchParams.has('until'));
  });

  inBrowser(
    'starts a canary, says what is wrong with it first, and shows it advance to its end',
    async () => {
      await open('/deployments/scaling');
      await button('Migrate…').click();
      const dialog = page.getByRole('dialog', { name: 'Migrate scaling' });
      await dialog.getByLabel('Version').selectOption('scaling@3');
      await dialog.getByLabel('Shares, %').fill('60, 20');
      await dialog.getByLabel('Seconds a step').fill('1');
      await dialog.getByLabel('Requests a step').fill('5');
      await dialog.getByLabel('Reason').fill('twice as good');
      await button('Start: canary').click();
      await seen(/Give shares above 0 and below 100 that grow, such as “10, 50”; got “60, 20”/);
      expect(await dialog.getByLabel('Shares, %').getAttribute('aria-invalid')).toBe('true');
      await dialog.getByLabel('Shares, %').fill('20, 60');
      await button('Start: canary').click();
      await dialog.waitFor({ state: 'detached' });
      const panel = page.getByRole('region', { name: /Canary from scaling@2 to scaling@3/ });
      await panel.locator('[aria-current=step]', { hasText: '20%' }).waitFor();
      expect(await watched.accessibilityProblems()).toEqual([]);
      beginTraffic();
      await panel.locator('[aria-current=step]', { hasText: '60%' }).waitFor();
      await panel.getByText('Succeeded').waitFor();
      await panel.getByText(/“twice as good”/).waitFor();
      await page.locator('.lead').getByText('scaling@3').waitFor();
    },
  );

  inBrowser('pauses, resumes and aborts a migration, each with its reason in the events', async () => {
    await open('/deployments/scaling');
    await button('Migrate…').click();
    await page.getByRole('dialog').getByLabel('Version').selectOption('scaling@1');
    await button('Start: canary').click();
    const confirm = async (opens: string, dialog: string, reason: string, does: string) => {
      await button(opens).click();
      const asked = page.getByRole(does.includes('Abort') ? 'alertdialog' : 'dialog', { name: dialog });
      await asked.getByLabel('Reason').fill(reason);
      await asked.getByRole('button', { name: does }).click();
      await asked.waitFor({ state: 'detached' });
    };
    await confirm('Pause', 'Pause the migration?', 'lunch', 'Pause');
    await page.getByText('Paused', { exact: true }).waitFor();
    await confirm('Resume', 'Resume the migration?', 'back', 'Resume');
    await page.getByText('Running', { exact: true }).waitFor();
    await confirm('Abort', 'Abort the migration?', 'never mind', 'Abort the migration');
    await page.getByText('Aborted', { exact: true }).waitFor();
    await open('/events?deployment=scaling&kinds=migrations');
    for (const reason of ['lunch', 'back', 'never mind']) await seen(new RegExp(reason));
  });

  inBrowser('rolls back, after saying what that does', async () => {
    await open('/deployments/scaling');
    await button('Roll back…').click();
    const dialog = page.getByRole('alertdialog', { name: 'Roll scaling back?' });
    await dialog.getByText(/serves again, with all its settings, as a new revision/).waitFor();
    await dialog.getByLabel('Reason').fill('complaints');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.lead').getByText('scaling@2').waitFor();
    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByRole('cell', { name: 'complaints' }).waitFor();
    expect(await watched.accessibilityProblems()).toEqual([]);
  });

  inBrowser('shows how far a job is, and cancels it', async () => {
    // Never verified within a test: as large as a disk, and empty.
    const file = artifactPath(app, `sha256:${'f'.repeat(64)}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    truncateSync(file, 2 ** 40);
    try {
      await open('/jobs');
      await button('Verify all artifacts…').click();
      await page.getByRole('dialog').getByLabel('Reason').fill('the disk made a noise');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      const job = page.getByRole('article', { name: 'Verify all artifacts' });
      await job.getByText('Running').waitFor();

      await job.getByText(/^\d+ of \d+ done, 0%/).waitFor();
      expect(await watched.accessibilityProblems()).toEqual([]);
      await button('Pause: Verify all artifacts').click();
      await job.getByText('Paused').waitFor();
      await button('Cancel: Verify all artifacts').click();
      const dialog = page.getByRole('alertdialog', { name: 'Cancel this job?' });
      await dialog.getByRole('button', { name: 'Cancel the job' }).click();
      await job.getByText('Cancelled').waitFor();
      await job.getByText(/“the disk made a noise”/).waitFor();
    } finally {
      rmSync(file);
    }
  });

  inBrowser(
    'makes an alert rule, says what is wrong with it first, and silences and deletes it',
    async () => {
      await open('/alerts');
      await button('New rule…').click();
      const dialog = page.getByRole('dialog', { name: 'New alert rule' });
      await dialog.getByLabel('Name').fill('no such name');
      await dialog.getByLabel('Limit, %').fill('many');
      await dialog.getByRole('button', { name: 'Make the rule' }).click();
      await seen('Give a number in %, such as 5; got “many”.');
      await dialog.getByLabel('Limit, %').fill('5');
      await dialog.getByRole('button', { name: 'Make the rule' }).click();
      await until(async () => (await dialog.getByLabel('Name').getAttribute('aria-invalid')) === 'true');
      await dialog.getByLabel('Name').fill('many-errors');
      await dialog.getByRole('button', { name: 'Make the rule' }).click();
      await page.getByRole('row', { name: /many-errors.*above 5 %.*for 1 min/ }).waitFor();
      expect(await watched.accessibilityProblems()).toEqual([]);
      await button('Silence many-errors').click();
      await page.getByRole('dialog', { name: 'Silence many-errors' }).getByLabel('Reason').fill('known');
      await page.getByRole('button', { name: 'Silence', exact: true }).click();
      await seen(/Silent until/);
      await button('Delete many-errors').click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete the rule' }).click();
      await seen('No rule watches yet. Make one to be told when something is wrong.');
    },
  );

  inBrowser('shows drift and measured errors, and says what is missing for them', async () => {
    await open('/deployments/scaling?view=drift');
    await page.getByRole('region', { name: /^Drift of scaling@\d$/ }).waitFor();
    await page.getByText('Not enough data').first().waitFor();
    expect(await watched.accessibilityProblems()).toEqual([]);
    await page.getByRole('link', { name: 'Measured' }).click();
    await seen(/^Predictions are not logged/);
    expect(await watched.accessibilityProblems()).toEqual([]);
  });

  inBrowser('filters events by kind and name, and has that in the address', async () => {
    await open('/events');
    await button('Catalog').click();
    await page.waitForURL(/kinds=catalog/);
    await until(async () => !(await page.locator('.events').innerText()).includes('Migration'));
    expect(await watched.accessibilityProblems()).toEqual([]);
    await page.getByLabel('Model').fill('nothing');
    await seen(/There is no model “nothing” yet, and never was\. What happens to it is shown/);
    await register(app, 'nothing');
    await seen('Registered model nothing');
    await page.reload();
    await seen('Registered model nothing');
    await button('Pause').click();
    await publish(app, 'nothing', scalingModel(3));
    await button('Resume').click();
    await seen('Published nothing@1');
    expect(await page.locator('.event').count()).toBe(2);
  });

  inBrowser('says that the connection is lost, and catches up without a gap or a repeat', async () => {
    const link = await Link.open(app.url);
    const linked = await openWatchedPage(browser, new URL(link.url).origin);
    try {
      const events = linked.page.locator('.event-text > p:first-child');
      await linked.page.goto(`${new URL(link.url).origin}/events?kinds=catalog&model=while-away`);
      await linked.page.getByText('Live').waitFor();
      await register(app, 'while-away');
      await linked.page.getByText('Registered model while-away').waitFor();
      link.cut();
      await linked.page.getByText(/The connection to the server is lost\. What you see is from/).waitFor();
      expect(await linked.accessibilityProblems()).toEqual([]);
      for (let count = 0; count < 3; count += 1) await publish(app, 'while-away', scalingModel(5 + count));
      link.mend();
      await linked.page.getByText('Published while-away@3').waitFor();
      await linked.page
        .getByText(/The connection to the server is lost\. What/)
        .waitFor({ state: 'detached' });
      await publish(app, 'while-away', scalingModel(9));
      await linked.page.getByText('Published while-away@4').waitFor();
      expect(await events.allInnerTexts()).toEqual([
        'Published while-away@4',
        'Published while-away@3',
        'Published while-away@2',
        'Published while-away@1',
        'Registered model while-away',
      ]);
      // The browser itself notes each try in vain.
      expect(linked.troubles.filter((text) => !/WebSocket|ERR_/.test(text))).toEqual([]);
    } finally {
      await linked.page.context().close();
      await link.close();
    }
  });

  inBrowser('brings up to date what it asked for when the connection is back', async () => {
    const link = await Link.open(app.url);
    const linked = await openWatchedPage(browser, new URL(link.url).origin);
    try {
      await linked.page.goto(`${new URL(link.url).origin}/`);
      await linked.page.getByText('Live').waitFor();
      // The shell is live before the page itself has come.
      await linked.page.getByRole('link', { name: 'scaling', exact: true }).first().waitFor();
      link.cut();
      await linked.page.getByText(/The connection to the server is lost\. What/).waitFor();
      await deploy(app, 'deployed-while-away', 'scaling@1');
      link.mend();
      await linked.page.getByRole('link', { name: 'deployed-while-away' }).waitFor();
    } finally {
      await linked.page.context().close();
      await link.close();
    }
  });

  inBrowser('loads a page that was lost on the way: when asked to, and by itself', async () => {
    const openLost = async (name: string) => {
      // Its program and its style sheet.
      await page.route(new RegExp(`/assets/${name}-[^/]+$`), (route) => route.abort('internetdisconnected'));
      await open('/');
      await page.getByRole('link', { name: name === 'events-page' ? 'Events' : 'Alerts' }).click();
      await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
      expect(await watched.accessibilityProblems()).toEqual([]);
      await page.unrouteAll();
    };
    await openLost('events-page');
    await button('Try again').click();
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
    // Styles, too.
    expect(
      await page
        .locator('.events .event')
        .first()
        .evaluate((row) => getComputedStyle(row).display),
    ).toBe('grid');
    await openLost('alerts-page');
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
    expect(
      watched.troubles.splice(0).filter((text) => !/ERR_INTERNET_DISCONNECTED|preload/.test(text)),
    ).toEqual([]);
  });

  inBrowser('says of an address that there is no such page, and leads home', async () => {
    const answer = await page.goto(`${app.url}/no/such/page`);
    expect(answer?.status()).toBe(404);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await seen('/no/such/page');
    expect(await watched.accessibilityProblems()).toEqual([]);
    await page.getByRole('link', { name: 'To the fleet', exact: true }).click();
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(watched.troubles.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
  });

  inBrowser('opens GraphiQL with the page’s own query', async () => {
    await open('/deployments/scaling');
    await page.getByRole('link', { name: 'GraphiQL' }).click();
    await page.locator('.graphiql-query-editor .view-line', { hasText: 'DeploymentPage' }).first().waitFor();
    await page.locator('.graphiql-editor-tool .view-line', { hasText: '"scaling"' }).waitFor();
    // GraphiQL's editor warns of what it does not find; it is looked at by its own tests.
    watched.troubles.splice(0);
  });
});
