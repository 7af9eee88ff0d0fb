import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { preparedTabs } from '../../web/graphiql/prepared-tabs.js';
import { browserIsInstalled, launchBrowser } from './chromium.js';

interface TabAnswer {
  readonly models: { readonly edges: readonly unknown[] };
  readonly predict: { readonly predictions: readonly { readonly value: number; readonly unit: string }[] };
  readonly infer: { readonly outputs: readonly [{ readonly data: readonly number[] }] };
}

const operationOf = (query: string) => {
  const [operation] = parse(query).definitions;
  if (operation === undefined || !('operation' in operation))
    throw new Error('A prepared tab holds one operation.');
  return { type: operation.operation as string, name: operation.name?.value ?? '' };
};
const requests = preparedTabs.filter(({ query }) => operationOf(query).type !== 'subscription');
const runTab = async (app: TestApp, name: string): Promise<{ data: TabAnswer; errors: unknown }> => {
  const tab = requests.find(({ query }) => operationOf(query).name === name);
  if (tab === undefined) throw new Error(`There is no prepared tab ${name}.`);
  const answer = await app.graphql(tab.query, JSON.parse(tab.variables ?? '{}') as Record<string, unknown>);
  return { data: answer.data as TabAnswer, errors: answer.errors };
};

describe('the prepared tabs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', examples: true });
  });
  afterAll(() => app.close());

  it.each(requests.map(({ query }) => operationOf(query).name))('%s runs as it stands', async (name) => {
    const answer = await runTab(app, name);
    expect(answer.errors).toBeUndefined();
    for (const payload of Object.values(
      answer.data as unknown as Record<string, { userErrors?: unknown[] }>,
    )) {
      expect(payload.userErrors ?? []).toEqual([]);
    }
  });

  it('find, predict and infer what their comments say', async () => {
    const names = ['esol', 'binding-energy', 'lennard-jones'];
    const found = (await runTab(app, 'Discover')).data.models.edges as { node: { name: string } }[];
    expect(found.map(({ node }) => node.name)).toEqual(expect.arrayContaining(names));
    const ethanol = 1.096;
    expect((await runTab(app, 'PredictEsol')).data.predict.predictions[0]?.value).toBeCloseTo(ethanol, 2);
    expect((await runTab(app, 'InferEsol')).data.infer.outputs[0].data[0]).toBeCloseTo(-0.042, 2);
    const nuclei = (await runTab(app, 'PredictNucleus')).data.predict.predictions;
    expect(nuclei.map(({ value, unit }) => `${value.toFixed(3)} ${unit}`)).toEqual([
      '492.213 MeV',
      '1636.768 MeV',
    ]);
    expect((await runTab(app, 'InferNucleus')).data.infer.outputs[0].data).toEqual(
      nuclei.map(({ value }) => value),
    );
    expect((await runTab(app, 'PredictParticles')).data.predict.predictions[0]?.value).toBeCloseTo(-1, 12);
    expect((await runTab(app, 'InferParticles')).data.infer.outputs[0].data[0]).toBeCloseTo(-1, 12);
    expect((await runTab(app, 'YourOwnModel')).data.infer.outputs[0].data).toEqual([1, 3, 42]);
  });
});

describe.each([
  ['without a key', undefined],
  ['with a key, which the browser was given once', 'correct-horse-battery-staple'],
])('GraphiQL in a browser, %s', (_name, apiKey) => {
  const inBrowser = browserIsInstalled ? it : it.skip;
  const troubles: string[] = [];
  let app: TestApp;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (!browserIsInstalled) return;
    app = await startTestApp({ kind: 'embedded', examples: true, config: { apiKey } });
    browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      ...(apiKey === undefined ? {} : { httpCredentials: { username: 'anyone', password: apiKey } }),
    });
    page = await context.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400 && response.status() !== 401)
        troubles.push(`${response.status()} ${response.url()}`);
    });
    page.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(app.url) && !/^(?:data|blob):/.test(address))
        troubles.push(`reached for ${address}`);
    });
    const introspected = page.waitForResponse(`${app.url}/graphql`);
    await page.goto(`${app.url}/graphiql`);
    await introspected;
  });
  afterAll(async () => {
    if (!browserIsInstalled) return;
    await browser.close();
    await app.close();
  });

  const open = async (name: string) => {
    await page.locator('.graphiql-tab-button', { hasText: name }).click();
    await page.locator('.graphiql-query-editor .view-line', { hasText: name }).first().waitFor();
    // GraphiQL looks for the operation's name a moment after the text has come, and sends the former tab's until then.
    await page.waitForTimeout(500);
  };
  const pressExecute = () => page.locator('.graphiql-execute-button').click();
  const waitForAnswer = (text: string) =>
    page.locator('.graphiql-response .view-line', { hasText: text }).first().waitFor({ timeout: 20_000 });

  inBrowser('shows every prepared tab, the first with its variables', async () => {
    const names = await page.locator('.graphiql-tab-button').allTextContents();
    expect(names).toEqual(preparedTabs.map(({ query }) => operationOf(query).name));
    await page.locator('.graphiql-editor-tool .view-line', { hasText: '"filter"' }).waitFor();
  });

  inBrowser('predicts, and shows the number with its unit', async () => {
    await open('PredictEsol');
    await pressExecute();
    await waitForAnswer('"value": 1.09');
    await waitForAnswer('"unit": "log10(mol/L)"');
  });

  inBrowser('streams what happens, until it is stopped', async () => {
    await open('WatchEvents');
    await pressExecute();
    // The stream is live a moment after the button is pressed, so the event is made to happen until it is seen.
    let count = 0;
    const seen = waitForAnswer('"received"');
    const happening = setInterval(() => {
      count += 1;
      void app.graphql(
        'mutation ($name: String!) { registerModel(input: { name: $name, domain: GENERAL }) { userErrors { code } } }',
        {
          name: `seen-${count}`,
        },
      );
    }, 200);
    try {
      await seen;
      await waitForAnswer('"MODEL_REGISTERED"');
    } finally {
      clearInterval(happening);
    }
    await pressExecute();
    await page.locator('.graphiql-execute-button[aria-label^="Execute"]').waitFor();
  });

  inBrowser('goes on where the stream was when its tab was left, with what happened meanwhile', async () => {
    await open('PredictEsol');
    const register =
      'mutation { registerModel(input: { name: "registered-meanwhile", domain: GENERAL }) { userErrors { code } } }';
    await app.graphql(register);
    await open('WatchEvents');
    await waitForAnswer('"MODEL_REGISTERED"');
    await pressExecute();
    await waitForAnswer('registered-meanwhile');
    await pressExecute();
    await page.locator('.graphiql-execute-button[aria-label^="Execute"]').waitFor();
  });

  inBrowser('underlines nothing in tabs that work', async () => {
    for (const name of ['PredictNucleus', 'PredictParticles', 'InferParticles', 'CompareVersions']) {
      await open(name);
      // Of the last text that was checked: markers come a moment after it.
      await page.waitForTimeout(1_000);
      expect([name, await page.locator('.squiggly-error, .squiggly-warning').count()]).toEqual([name, 0]);
    }
  });

  inBrowser('can be used on a phone: editor and answer are as wide as the screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const part of ['.graphiql-query-editor', '.graphiql-response'])
      expect((await page.locator(part).first().boundingBox())?.width).toBeGreaterThan(280);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  inBrowser('has met no error and reached for nothing outside', () => expect(troubles).toEqual([]));
});
