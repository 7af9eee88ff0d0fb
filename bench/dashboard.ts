/**
 * The dashboard in a browser: what a first visit takes, and whether a month of history keeps up with the pointer.
 *
 *   npm run bench:dashboard       needs Chromium; CHROMIUM says where it is, /usr/bin/chromium otherwise
 *
 * Server and browser share the machine. A frame counts from one animation frame to the next while a chart is drawn along.
 */
import { cpus } from 'node:os';
import { chromium, type Browser, type Page } from 'playwright-core';
import { storeMonth } from './dashboard/month-of-metrics.js';
import { decodeNodeId } from '../src/graphql/node-id.js';
import { digits, judged, ms, table } from './support/markdown.js';
import { ownedDirectory } from './support/owned.js';
import { startRetort, type RetortServer } from './support/retort-server.js';
import { median, percentile } from './support/statistics.js';

const VISITS = 10;
const DRAWS = 5;
const STEPS = 60;
const SIZE = { width: 1_440, height: 900 };
const PAINT_MS = 1_000;
const FRAME_MS = 50;
const BYTES = 250 * 1_024;

interface Visit {
  readonly paintMs: number;
  readonly bytes: number;
}

const folder = ownedDirectory();
const settings = { examples: true, dataDirectory: folder.path };
const deployment = await firstStart();
const tallies = await storeMonth(folder.path, deployment, 'esol');
await using server = await startRetort({ profileDirectory: undefined }, settings);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  const visits: Visit[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) visits.push(await firstVisit(browser, server));
  const frames = await drawnAlong(browser, server);
  process.stdout.write(`${report(visits, frames)}\n`);
} finally {
  await browser.close();
  folder.remove();
}

async function firstStart(): Promise<{ id: string; version: { id: string; number: number } }> {
  await using first = await startRetort({ profileDirectory: undefined }, settings);
  for (;;) {
    const { deployment: found } = (await first.graphql(
      '{ deployment(name: "esol") { id state version { id number } } }',
      {},
    )) as { deployment: { id: string; state: string; version: { id: string; number: number } } | null };
    if (found?.state !== 'READY') continue;
    return {
      id: decodeNodeId(found.id).id,
      version: { ...found.version, id: decodeNodeId(found.version.id).id },
    };
  }
}

/** With nothing in the browser's cache. */
async function firstVisit(browser: Browser, { port }: RetortServer): Promise<Visit> {
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  let bytes = 0;
  await network.send('Network.enable');
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.getByText('binding-energy').first().waitFor();
  const paintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  );
  await context.close();
  return { paintMs, bytes };
}

/** Milliseconds of each frame while the charts of a month are drawn along, there and back. */
async function drawnAlong(browser: Browser, { port }: RetortServer): Promise<number[]> {
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(`http://127.0.0.1:${port}/deployments/esol?window=P30D`);
  const chart = page.locator('canvas').first();
  await chart.waitFor();
  await page.waitForTimeout(3_000);
  const box = await chart.boundingBox();
  if (box === null) throw new Error('Expected a chart');
  const frames: number[] = [];
  for (let draw = 0; draw < DRAWS; draw += 1) frames.push(...(await oneDraw(page, box)));
  return frames;
}

async function oneDraw(
  page: Page,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<number[]> {
  const y = box.y + box.height / 2;
  const middle = box.x + box.width / 2;
  await page.evaluate(() => {
    const seen: number[] = [];
    let last = performance.now();
    const frame = (at: number) => {
      seen.push(at - last);
      last = at;
      if (!Reflect.has(globalThis, 'drawIsOver')) requestAnimationFrame(frame);
    };
    Reflect.set(globalThis, 'drawFrames', seen);
    Reflect.deleteProperty(globalThis, 'drawIsOver');
    requestAnimationFrame(frame);
  });
  await page.mouse.move(middle, y);
  await page.mouse.down();
  for (let step = 1; step <= STEPS; step += 1)
    await page.mouse.move(middle + Math.sin((step / STEPS) * 2 * Math.PI) * (box.width / 3), y);
  // Where it began: nothing new is asked for.
  await page.mouse.move(middle, y);
  await page.mouse.up();
  return page.evaluate(() => {
    Reflect.set(globalThis, 'drawIsOver', true);
    return (Reflect.get(globalThis, 'drawFrames') as number[]).slice(1);
  });
}

function report(visits: readonly Visit[], frames: readonly number[]): string {
  const paint = median(visits.map(({ paintMs }) => paintMs));
  const bytes = median(visits.map((visit) => visit.bytes));
  const sorted = frames.toSorted((a, b) => a - b);
  const longest = sorted.at(-1) ?? NaN;
  return [
    '## The dashboard in a browser',
    '',
    `${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.version}; ${VISITS} first visits, ${frames.length} frames over ${digits(tallies)} stored tallies.`,
    '',
    table(
      ['aim', 'measured', 'wanted', 'met'],
      [
        ['first contentful paint, ms', ...judged(paint, { atMost: PAINT_MS })],
        ['all that a first visit loads, kB compressed', ...judged(bytes / 1_024, { atMost: BYTES / 1_024 })],
        ['longest frame while a month is drawn along, ms', ...judged(longest, { atMost: FRAME_MS })],
      ],
    ),
    '',
    `Frames: half within ${ms(percentile(sorted, 0.5))}, 99 of a hundred within ${ms(percentile(sorted, 0.99))}.`,
  ].join('\n');
}
