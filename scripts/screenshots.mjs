// Takes the README's pictures from the running product: starts a server of its own, lets it work for a minute and a half,
// and photographs the dashboard in Chromium. CHROMIUM says where that is; /usr/bin/chromium otherwise.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../', import.meta.url));
const images = join(root, 'docs/images');
const MOLECULES = ['CCO', 'CC(=O)Oc1ccccc1C(=O)O', 'c1ccccc1', 'CN1C=NC2=C1C(=O)N(C(=O)N2C)C', 'C1CC'];
const WORK_MS = 90_000;

execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
const data = mkdtempSync(join(tmpdir(), 'retort-screenshots-'));
const server = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
  env: { ...process.env, PORT: '0', RETORT_DATA: data, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await addressOf(server.stdout);
  await ask(
    url,
    `mutation { migrateDeployment(input: {deployment: "binding-energy", version: "binding-energy@1",
    strategy: CANARY, reason: "compare Rohlf's coefficients on live requests"}) { userErrors { message } } }`,
  );
  await work(url);
  await photograph(url);
} finally {
  server.kill();
  await once(server, 'exit');
  rmSync(data, { recursive: true, force: true });
}

async function addressOf(output) {
  for await (const line of createInterface({ input: output })) {
    const [address] = /http:\/\/[\d.]+:\d+(?=\/graphql$)/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error('The server ended instead of starting.');
}

async function ask(url, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { errors, data: answer } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return answer;
}

/** Chemists and physicists, for a while: now more, now fewer. */
async function work(url) {
  const predict = 'mutation ($input: PredictInput!) { predict(input: $input) { predictions { value } } }';
  for (const ends = Date.now() + WORK_MS; Date.now() < ends;) {
    const some = 1 + Math.round(6 * (1 + Math.sin(Date.now() / 12_000)));
    const instances = MOLECULES.slice(0, 1 + (some % MOLECULES.length));
    const nuclide = { z: 20 + some, n: 24 + some };
    await Promise.all([
      ...Array.from({ length: some }, () => ask(url, predict, { input: { deployment: 'esol', instances } })),
      ask(url, predict, { input: { deployment: 'binding-energy', instances: [nuclide] } }),
      ask(url, predict, {
        input: {
          deployment: 'lennard-jones',
          instances: [
            {
              positions: [
                [0, 0, 0],
                [1.1, 0, 0],
              ],
            },
          ],
        },
      }),
    ]);
    await delay(250);
  }
}

async function photograph(url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const take = async (name, path, options = {}) => {
      const { prepare, ...view } = options;
      const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, ...view });
      await page.goto(url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await prepare?.(page);
      await delay(3_000);
      await page.screenshot({ path: join(images, `${name}.png`) });
      await page.close();
      console.error(`${name}.png`);
    };
    await take('fleet', '/');
    await take('deployment', '/deployments/binding-energy');
    await take('model', '/models/esol');
    await take('playground', '/playground/esol@2', {
      prepare: async (page) => {
        await page.getByRole('textbox', { name: 'Molecule' }).fill('CC(=O)Oc1ccccc1C(=O)O');
        await page.getByRole('button', { name: 'Predict' }).click();
      },
    });
  } finally {
    await browser.close();
  }
}
