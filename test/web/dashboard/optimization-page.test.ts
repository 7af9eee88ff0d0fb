import { expect, it } from '@jest/globals';
import { succeed } from '../../api/support/ask.js';
import { PUBLISH, register } from '../../api/support/catalog-steps.js';
import { convertersWith } from '../../convert/support/converters.js';
import { redundantNetwork, rowsFile } from '../../optimize/support.js';
import { startTestApp } from '../../support/test-app.js';
import { browserIsInstalled, launchBrowser } from '../chromium.js';
import { openWatchedPage } from './support/watched-page.js';

const converters = browserIsInstalled ? await convertersWith('onnxruntime') : null;
const inBrowser = converters === null ? it.skip : it;

inBrowser(
  'the page of a version starts an optimization, says what it needs, and shows the evidence',
  async () => {
    const app = await startTestApp({ kind: 'embedded', config: { convertersDirectory: converters ?? '' } });
    const browser = await launchBrowser();
    try {
      const { answer, bytes } = redundantNetwork();
      await register(app, 'net');
      const { digest } = await app.upload(Buffer.from(bytes));
      const training = await app.upload(Buffer.from(rowsFile(answer)));
      const attachments = [
        { role: 'TRAINING', digest: training.digest, format: 'JSONL', target: 'measured' },
      ];
      await succeed(app, PUBLISH, { input: { model: 'net', artifact: { digest }, attachments } });

      const { page, troubles, accessibilityProblems } = await openWatchedPage(browser, app.url);
      await page.goto(`${app.url}/models/net/versions/1`);
      const part = page.getByRole('region', { name: 'Optimization' });
      await part.getByText('It was not made of another version by an optimization.').waitFor();
      await part.getByRole('button', { name: 'Make it smaller or faster…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Optimize net@1' });
      await dialog.getByText('Without a file its TRAINING data is taken.').waitFor();
      await dialog.getByLabel('Method', { exact: true }).selectOption('PRUNE_STRUCTURED');
      await dialog.getByRole('button', { name: 'Start' }).click();
      await dialog.getByText(/Expected a budget with at least one of maxLoss/).waitFor();
      expect(await accessibilityProblems()).toEqual([]);
      await dialog.getByLabel('At most lost of the metric').fill('0.01');
      await dialog.getByLabel('Reason').fill('for the small machine');
      await dialog.getByRole('button', { name: 'Start' }).click();

      await part.getByText(/was published as net@2/).waitFor();
      await part.getByText('for the small machine').waitFor();
      await part.getByRole('rowheader', { name: 'PRUNE_STRUCTURED' }).waitFor();
      await part.getByRole('link', { name: 'net@2' }).click();
      await page.getByRole('heading', { name: 'net@2' }).waitFor();
      await part.getByRole('rowheader', { name: 'net@1' }).waitFor();
      const rows = await part.getByRole('row').allInnerTexts();
      expect(rows[0]?.split('\t').slice(0, 6)).toEqual([
        'Candidate',
        'File',
        'Memory',
        '1 row',
        '32 rows',
        'Metric',
      ]);
      expect(rows[1]).toMatch(/^net@1\t/);
      expect(rows[2]).toMatch(/^PRUNE_STRUCTURED\s+published/);
      expect(rows[2]).toMatch(/rmse 0\.00/);
      await page.getByRole('region', { name: 'Origin' }).getByText('pruned').waitFor();
      expect(await accessibilityProblems()).toEqual([]);
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
      await app.close();
    }
  },
);
