import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { register } from '../../api/support/catalog-steps.js';
import { converted } from '../../convert/support/conversion-steps.js';
import { convertersWith, makeModels } from '../../convert/support/converters.js';
import { startTestApp } from '../../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage } from './support/watched-page.js';

const converters = browserIsInstalled ? await convertersWith('sklearn') : null;
const inBrowser = converters === null ? it.skip : it;

inBrowser('the page of a version says what it was converted from, and how far it is from that', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-models-'));
  await makeModels('sklearn', './make_models.py', folder);
  const app = await startTestApp({ kind: 'embedded', config: { convertersDirectory: converters ?? '' } });
  const browser = await launchBrowser();
  try {
    await register(app, 'iris');
    const { digest } = await app.upload(await readFile(join(folder, 'lightgbm.txt')));
    const { conversion } = await converted(app, { model: 'iris', artifact: { digest } });
    const { page, troubles, accessibilityProblems } = await openWatchedPage(browser, app.url);
    await page.goto(`${app.url}/models/iris/versions/1`);
    const part = page.getByRole('region', { name: 'Conversion' });
    await part.getByText(`From ${conversion.about}`).waitFor();
    await part.getByText(/asked 64 made-up rows, and agree within 0\.0001/).waitFor();
    const rows = await part.getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split('\t'))).toEqual([
      ['Output', 'Largest difference', 'Relative', 'Relative, on this server'],
      ...conversion.proof.converter.map(({ name }) => [name, ...three(name)]),
    ]);
    expect(await part.getByRole('link', { name: 'The model as it was sent' }).getAttribute('href')).toContain(
      digest,
    );
    expect(await accessibilityProblems()).toEqual([]);
    expect(troubles).toEqual([]);

    function three(output: string): string[] {
      const of = (side: 'converter' | 'server', key: 'largest' | 'largestRelative') => {
        const value = conversion.proof[side].find(({ name }) => name === output)?.[key] ?? null;
        return value === null ? 'equal' : value.toPrecision(2);
      };
      return [
        of('converter', 'largest'),
        of('converter', 'largestRelative'),
        of('server', 'largestRelative'),
      ];
    }
  } finally {
    await browser.close();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
});
