import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/platform/package-root.js';
import { measureMetrics } from './measurement/measure-metrics.js';
import { ExampleLaboratory } from './measurement/example-laboratory.js';
import { measureScience } from './science/measure-science.js';
import { scienceTable } from './science/science-table.js';

// `node dist/examples/measure.js` prints the metrics that the examples' versions carry; with `--science` it writes the table
// of docs/SCIENCE.md as well.
const SCIENCE = join(packageRoot, 'docs/SCIENCE.md');
const laboratory = await ExampleLaboratory.open();
try {
  process.stdout.write(`${JSON.stringify(await measureMetrics(laboratory), null, 2)}\n`);
  if (process.argv.includes('--science')) {
    const table = scienceTable(await measureScience(laboratory));
    process.stdout.write(`${table}\n`);
    const page = await readFile(SCIENCE, 'utf8');
    await writeFile(SCIENCE, page.replace(/(<!-- table -->\n)[^]*?(\n<!-- end -->)/, `$1\n${table}\n$2`));
  }
} finally {
  await laboratory.close();
}
