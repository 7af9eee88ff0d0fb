import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/platform/package-root.js';
import { rounds } from '../support/depth.js';
import { patience } from '../support/patience.js';
import { ModelFolder, perceptron } from '../onnx/awkward-models.js';

/**
 * Loads, runs and releases a model over and over in a process of its own, and prints its resident size after each
 * tenth of the cycles. What each cycle left behind would show in the later ones as in the first.
 */
const script = (entry: string) => `
  const { RunnerPool } = await import(${JSON.stringify(entry)});
  const [path, isolation, cycles] = process.argv.slice(2);
  const pool = new RunnerPool({ workers: 2 });
  const handles = () => process.getActiveResourcesInfo().filter((name) => /^(Process|Pipe)/.test(name)).sort();
  // A process that was told to end is closed when the event loop hears of it; one that stays is seen all the same.
  const settled = async () => {
    const until = Date.now() + 30_000;
    while (handles().includes('ProcessWrap') && Date.now() < until) await new Promise((next) => setTimeout(next, 10));
    return handles();
  };
  const sizes = [];
  let before;
  for (let cycle = 1; cycle <= Number(cycles); cycle += 1) {
    const model = await pool.load(path, { isolation });
    await model.run([{ name: 'x', datatype: 'FP32', shape: [1, 16], data: new Float32Array(16) }]);
    await model.release();
    if (cycle === 1) before = await settled();
    if (cycle % (Number(cycles) / 10) === 0) {
      gc();
      sizes.push(process.memoryUsage.rss());
    }
  }
  await pool.close();
  console.log(JSON.stringify({ sizes, before, after: await settled() }));
`;

it.each([
  ['THREAD', rounds(500)],
  // A process starts anew in each: fewer cycles show the same.
  ['PROCESS', rounds(20)],
])(
  'Memory is flat over loads and releases (%s, %i times)',
  async (isolation, cycles) => {
    const folder = await ModelFolder.create();
    try {
      const entry = pathToFileURL(`${packageRoot}/dist/src/runtime/index.js`).href;
      const program = join(folder.directory, 'cycles.mjs');
      await writeFile(program, script(entry));
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--expose-gc',
        program,
        await folder.file(perceptron()),
        isolation,
        String(cycles),
      ]);
      const { sizes, before, after } = JSON.parse(stdout) as {
        sizes: number[];
        before: string[];
        after: string[];
      };
      // Every process and socket of every cycle is closed.
      expect(after).toEqual(before);
      const least = (part: readonly number[]) => Math.min(...part);
      // A model that stayed would add its arena and its session, some 100 kB at least, in each of the cycles between
      // the halves; what the runtime and the collector keep for later comes and goes, so the least of each half counts.
      expect(least(sizes.slice(5)) - least(sizes.slice(2, 5))).toBeLessThan(16e6);
    } finally {
      await folder[Symbol.asyncDispose]();
    }
  },
  patience(300_000 * rounds(1)),
);
