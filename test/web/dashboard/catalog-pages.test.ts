import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { setAlias } from '../../api/support/alias-steps.js';
import { publish, register } from '../../api/support/catalog-steps.js';
import { scalingModel } from '../../api/support/own-models.js';
import { patience } from '../../support/patience.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';

/** A PNG that says it is 30,000 pixels wide. */
const BOMB = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
  Buffer.from([0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 6, 0, 0, 0, 0, 0, 0, 0]),
]).toString('base64');
const HOSTILE_TITLE = `<img src=x onerror="window.hacked='title'"><script>window.hacked='title'</script>`;
const HOSTILE_CARD = [
  `<script>window.hacked = 'card'</script><img src=x onerror="window.hacked='card'">`,
  `[click](javascript:window.hacked='link') <a href="javascript:window.hacked='html'">html</a>`,
  `![elsewhere](https://example.org/pixel.png) ![here](/artifacts/sha256:${'0'.repeat(64)})`,
  `![bomb](data:image/png;base64,${BOMB}) ![large](data:image/svg+xml,${'%20'.repeat(60_000)})`,
  `![small](data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20width='9'%20height='9'/%3E)`,
  '$\\htmlStyle{position:fixed}{x}$ $\\href{javascript:window.hacked=1}{y}$ and $E = mc^2$',
  '$$\\int_0^1 x\\,dx = \\tfrac12$$',
].join('\n\n');

/** An SVG within a card; what Markdown has a meaning for is encoded. */
const svgPicture = (name: string, content: string) =>
  `![${name}](data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>${content}</svg>`,
  ).replaceAll(/['()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)})`;
/** Each level draws the one before ten times: a thousand million circles, of which a browser takes minutes to draw. */
const BRANCHING = Array.from(
  { length: 9 },
  (_, level) => `<g id='g${level + 1}'>${`<use href='#g${level}'/>`.repeat(10)}</g>`,
).join('');

describe('the pages of the catalog', () => {
  const inBrowser = browserIsInstalled ? it : it.skip;
  const troubles: string[] = [];
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    if (!browserIsInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'retort-pages-'));
    app = await startTestApp({ kind: 'embedded', examples: true });
    await register(app, 'scaling', { title: 'Scaling', domain: 'GENERAL' });
    await publish(app, 'scaling', scalingModel(1));
    await publish(app, 'scaling', scalingModel(2), {
      derivedFrom: [{ version: 'scaling@1', relation: 'FINE_TUNED' }],
    });
    await setAlias(app, { model: 'scaling', alias: 'production', version: '1' });
    await register(app, 'hostile', { title: HOSTILE_TITLE, summary: HOSTILE_TITLE, card: HOSTILE_CARD });
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url });
    page = await context.newPage();
    page.setDefaultTimeout(patience(15_000));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      // A style or script that the policy refuses is told here.
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(app.url) && !/^(?:data|blob):/.test(address))
        troubles.push(`reached for ${address}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) troubles.push(`${response.status()} ${response.url()}`);
    });
  });
  afterEach(() => {
    expect(troubles).toEqual([]);
  });
  afterAll(async () => {
    if (!browserIsInstalled) return;
    await browser.close();
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (path: string) => {
    await page.goto(`${app.url}${path}`);
    await page.locator('h1').waitFor();
  };
  const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const choice = (name: string) => page.getByRole('radio', { name, exact: true });
  const inRegion = (name: string) => page.getByLabel(name, { exact: true });

  inBrowser('finds models as one types, and has each search in the address', async () => {
    await open('/catalog');
    await seen('7 models');
    await page.getByLabel('Search').fill('solub');
    await seen('1 model');
    expect(page.url()).toBe(`${app.url}/catalog?q=solub`);
    await page.getByLabel('Search').fill('');
    await choice('Not deployed').click();
    await seen('2 models');
    await page.reload();
    await seen('2 models');
    await choice('All').click();
    await page.getByLabel('Domain').selectOption('PHYSICS');
    await seen('2 models');
    await button('Only models with the label nuclear').click();
    await seen('1 model');
    await page
      .getByRole('link', { name: 'Nuclear binding energy (semi-empirical mass formula)', exact: true })
      .click();
    await page.waitForURL(`${app.url}/models/binding-energy`);
    await seen(/git clone http.*\/git\/binding-energy\.git/);
    await seen('@software{binding-energy-3,');
  });

  inBrowser('draws aspirin as it is typed, and predicts it with its unit', async () => {
    await open('/playground/esol');
    await page.getByLabel('Molecule').fill(ASPIRIN);
    const picture = page.getByRole('img', { name: `Structure of ${ASPIRIN}` }).first();
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(420);
    await button('Predict').click();
    await seen('-1.8976');
    const answer = inRegion('Answer');
    expect(await answer.innerText()).toMatch(
      /-1\.8976 log10\(mol\/L\)[^]*Answered by esol@3[^]*ran .* in all/,
    );
    await answer.getByRole('img', { name: `Structure of ${ASPIRIN}` }).waitFor();
    expect(new URL(page.url()).searchParams.get('instance')).toBe(ASPIRIN);
    await page.getByLabel('Molecule').fill('CC(=O)Oc1ccccc1C(=O)');
    await page.getByRole('img', { name: 'Structure of CC(=O)Oc1ccccc1C(=O)', exact: true }).waitFor();
    await page.getByLabel('Molecule').fill('CC(=O)Oc1ccccc');
    await seen(/is not a SMILES string/);
    await page.getByRole('img', { name: 'Structure of CC(=O)Oc1ccccc1C(=O)', exact: true }).waitFor();
    await button('Predict').click();
    await answer.getByRole('alert').waitFor();
    // What the page itself would be told is no trouble.
    await page.getByRole('button', { name: 'caffeine' }).click();
    await seen('Expected: -1.1715 log10(mol/L)');
  });

  inBrowser('has the request as a program, which works', async () => {
    await open(`/playground/esol@2?instance=${encodeURIComponent(ASPIRIN)}&code=TypeScript`);
    await button('Copy: TypeScript').click();
    await seen('Copied');
    const program = await page.evaluate(() => navigator.clipboard.readText());
    expect(program).toContain(`fetch("${app.url}/graphql"`);
    expect(program).toContain(JSON.stringify(ASPIRIN));
  });

  inBrowser('predicts rows of a file, and says what is wrong with each', async () => {
    await open('/playground/esol?mode=rows');
    const chooser = page.waitForEvent('filechooser');
    await button('Choose a file').click();
    await (
      await chooser
    ).setFiles({ name: 'few.csv', mimeType: 'text/csv', buffer: Buffer.from('id,smiles\n1,CCO\n2,C1CC\n') });
    await button('Predict 2 rows').click();
    await seen('1 of 2 rows have an answer.');
    await seen(/"C1CC" is not a SMILES string/);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    expect(readFileSync(await (await saved).path(), 'utf8')).toMatch(
      /^instance,log_s \(log10\(mol\/L\)\),log_s \(log10\(mol\/L\)\) low,log_s \(log10\(mol\/L\)\) high,warnings,error\r\nCCO,1\.0957\d+,[-.\d]+,[-.\d]+,[^\n]*\r\nC1CC,,,,/,
    );
  });

  inBrowser('picks a nuclide from the chart, by keyboard and by pointer', async () => {
    await open('/playground/binding-energy?instance={"z":26,"n":30}');
    const chart = page.getByRole('application', { name: 'Chosen: Fe-56' });
    await chart.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('application', { name: 'Chosen: Co-59' }).waitFor();
    expect(await page.getByLabel('Protons Z').inputValue()).toBe('27');
    expect(await page.getByLabel('Neutrons N').inputValue()).toBe('32');
    await button('Predict').click();
    // AME2020 has 517.31 MeV.
    await seen(/^51[67]\.\d+$/);
    const box = await page.getByRole('application').boundingBox();
    if (box === null) throw new Error('The chart is not there');
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.42);
    await page.getByRole('application', { name: /Chosen: (?!Co-59)\w+-\d+/ }).waitFor();
    await page.getByLabel('Neutrons N').fill('900');
    await seen(/Expected \d+ to \d+ for Z = /);
  });

  inBrowser('predicts and runs tensors where there is no pipeline', async () => {
    await open('/playground/scaling@2?mode=tensors');
    await seen('scaling@2 declares no pipeline');
    await page.getByLabel('Values').fill('[1, 2, 3');
    await seen('This is not JSON yet.');
    await page.getByLabel('Values').fill('[1, 2, 3, 4]');
    await button('Run').click();
    await seen('[2,4,6,8]');
    await choice('One').click();
    await page.getByLabel('x', { exact: true }).fill('[1, 2, 3, 4]');
    await button('Predict').click();
    await seen('[2, 4, 6, 8]');
  });

  inBrowser('takes a dropped model to a deployment that is ready', async () => {
    await open('/publish');
    const file = join(folder, 'tripling.onnx');
    writeFileSync(file, scalingModel(3));
    await page.locator('.drop').waitFor();
    const zone = await page.locator('.drop').boundingBox();
    if (zone === null) throw new Error('There is no place to drop a file');
    const cdp = await context.newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await cdp.send('Input.dispatchDragEvent', {
        type,
        x: zone.x + 20,
        y: zone.y + 20,
        data: { items: [], files: [file], dragOperationsMask: 1 },
      });
    await seen(/tripling\.onnx/);
    await page.getByLabel('Name').fill('not a name');
    await button('Register').click();
    await page.locator('.fault', { hasText: 'not a name' }).waitFor();
    await page.getByLabel('Name').fill('tripling');
    await page.getByLabel('Reason').fill('a test');
    await button('Register').click();
    await page.getByLabel('Pipeline').fill('{"format": 1');
    await button('Publish').click();
    await seen(/This is not JSON/);
    await page.getByLabel('Pipeline').fill('');
    await button('Publish').click();
    await page.getByLabel('Name').fill('esol');
    await seen(/esol is there already: it serves esol@3/);
    await page.getByLabel('Name').fill('tripling');
    await button('Deploy as tripling').click();
    await page.locator('.badge', { hasText: 'Ready' }).waitFor({ timeout: patience(60_000) });
    expect(page.url()).toBe(`${app.url}/publish?model=tripling&version=tripling%401&deployment=tripling`);
    const answer = await app.graphql(
      '{ deployment(name: "tripling") { state version { ref } } events(filter: {kinds: [MODEL_REGISTERED], model: "tripling"}) { edges { node { ... on ModelEvent { reason } } } } }',
    );
    expect(answer.data).toEqual({
      deployment: { state: 'READY', version: { ref: 'tripling@1' } },
      events: { edges: [{ node: { reason: 'a test' } }] },
    });
    await page.getByRole('link', { name: 'Try it' }).click();
    await seen('tripling@1 declares no pipeline');
  });

  inBrowser('opens a reference that is encoded, and says when there is none', async () => {
    await open('/playground/scaling%402');
    await seen('scaling@2 declares no pipeline');
    await open('/playground/scaling@99');
    await seen('There is no version scaling@99.');
    await open('/models/nothing');
    await seen('There is no model named “nothing”.');
  });

  inBrowser('says why a file is no model', async () => {
    await open('/publish');
    const drop = async (name: string, content: string) => {
      const chooser = page.waitForEvent('filechooser');
      await button('Choose a file').click();
      await (await chooser).setFiles({ name, mimeType: '', buffer: Buffer.from(content) });
    };
    await drop('model.pt', 'PK');
    await seen('model.pt: expected a file that ends with .onnx, .tar, .zip.');
  });

  inBrowser('moves an alias with a reason, and not when somebody else did meanwhile', async () => {
    await open('/models/scaling/aliases');
    await button('Move production').click();
    await seen(/Whoever asks for scaling@production, or for scaling alone, gets scaling@2/);
    await page.getByLabel('Reason').fill('it is twice as much');
    await button('Move to scaling@2').click();
    await seen('“it is twice as much”');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button('Move production').click();
    await setAlias(app, { model: 'scaling', alias: 'production', version: '1' });
    await button('Move to scaling@1').click();
    await page.getByRole('alert').filter({ hasText: 'production' }).waitFor();
    await button('Cancel').click();
    await page.reload();
    await button('Roll back production').click();
    await page.getByLabel('Reason').fill('no, twice');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back production' }).click();
    await seen('“no, twice”');
    const answer = await app.graphql(
      '{ model(name: "scaling") { alias(name: "production") { version { number } } } }',
    );
    expect(answer.data).toEqual({ model: { alias: { version: { number: 2 } } } });
  });

  inBrowser('compares two versions down to the molecules that differ most', async () => {
    await open('/models/esol/compare?base=esol%401&target=esol%402');
    await seen('The rows that differ most');
    const rows = page.getByRole('list', { name: 'Rows in which log_s differs most' });
    expect(await rows.getByRole('listitem').count()).toBe(8);
    await rows
      .getByRole('img', { name: /^Structure of / })
      .first()
      .waitFor();
    await seen('coefficients');
    await seen('better');
    await page.getByLabel('Would take its place').selectOption('esol@1');
    await seen('all the same');
    expect(page.url()).toContain('target=esol%401');
  });

  inBrowser('shows lineage and metrics', async () => {
    await open('/models/scaling/lineage');
    await page.getByRole('link', { name: 'scaling@2, this version, fine-tuned from scaling@1' }).waitFor();
    await page.getByRole('link', { name: 'Metrics' }).click();
    await seen('No version states a metric');
    await open('/models/esol/metrics');
    await page
      .getByRole('img', { name: /^rmse .*esol@1 1\.07, esol@2 0\.987, esol@3 0\.635\. Best: esol@3$/ })
      .waitFor();
  });

  inBrowser('shows a hostile title and card as text, and fetches nothing for them', async () => {
    await open('/catalog?q=hostile');
    await page.getByRole('link', { name: HOSTILE_TITLE }).click();
    await page.waitForURL(`${app.url}/models/hostile`);
    await page.locator('.prose math').first().waitFor();
    await seen(/window\.hacked = 'card'/);
    const card = page.locator('.prose');
    expect(await card.locator('script, iframe, [onerror], [style*="fixed"]').count()).toBe(0);
    expect(
      await card.locator('img').evaluateAll((images) => images.map((image) => image.getAttribute('alt'))),
    ).toEqual(['small']);
    const links = await card.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links).toEqual(['https://example.org/pixel.png', expect.stringMatching(/^\/artifacts\//)]);
    expect(await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.title()).toBe(`${HOSTILE_TITLE} · Retort`);
  });

  inBrowser('draws what is modest of a card, and nothing that would hold up the page', async () => {
    const dot = "<g id='g0'><circle r='1' style='fill: red'/></g>";
    const card = [
      svgPicture('branching', `<defs>${dot}${BRANCHING}</defs><use href='#g9'/>`),
      svgPicture('round', "<g id='a' fill='url(#a)'><use href='#a'/></g>"),
      svgPicture('deep', `${'<g>'.repeat(4_000)}${'</g>'.repeat(4_000)}`),
      svgPicture('modest', `<defs>${dot}</defs><use href='#g0'/><use href='#g0' x='3'/>`),
      'The end.',
    ].join('\n\n');
    await register(app, 'branching', { card });
    await open('/models/branching');
    await seen('The end.');
    await seen('Picture: branching (not shown)');
    const shown = await page
      .locator('.prose img')
      .evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
    expect(shown.filter((name) => name !== 'deep')).toEqual(['modest']);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  });

  inBrowser('shows a card that no parser ends with as it is, and stays quick', async () => {
    const card = `${'|a'.repeat(500)}\n${'|-'.repeat(500)}\n${'|\n'.repeat(10_000)}`;
    await register(app, 'endless', { card });
    await open('/models/endless');
    await seen(/This text is shown as it is/);
    await page.getByRole('link', { name: 'Versions' }).click();
    await seen('No version has been published yet.');
  });

  const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  inBrowser.each([
    { path: '/catalog', theme: 'light', width: 390, ready: /^\d+ models$/ },
    { path: '/models/esol', theme: 'dark', width: 768, ready: 'Intended use' },
    { path: '/models/esol/versions', theme: 'light', width: 390, ready: 'esol@1' },
    { path: '/models/esol/versions/2', theme: 'light', width: 1440, ready: 'Operator sets' },
    { path: '/models/scaling/aliases', theme: 'dark', width: 390, ready: 'History' },
    { path: '/models/esol/compare', theme: 'dark', width: 1440, ready: 'The rows that differ most' },
    { path: '/playground/esol', theme: 'dark', width: 390, ready: 'As a program' },
    { path: '/playground/binding-energy', theme: 'light', width: 768, ready: 'Fe-56' },
    { path: '/publish', theme: 'dark', width: 768, ready: 'The file' },
  ] as const)('$path is accessible and fits $width pixels, $theme', async ({ path, theme, width, ready }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: theme });
    await open(path);
    await seen(ready);
    const cdp = await context.newCDPSession(page);
    const { result } = await cdp.send('Runtime.evaluate', {
      expression: `${AXE};axe.run().then(({ violations }) => JSON.stringify(violations
        .filter(({ impact }) => impact !== 'minor')
        .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])))`,
      awaitPromise: true,
    });
    expect(JSON.parse(String(result.value))).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});
