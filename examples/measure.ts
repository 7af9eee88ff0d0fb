import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/platform/package-root.js';
import { measureMetrics } from './measurement/measure-metrics.js';
import { ExampleLaboratory } from './measurement/example-laboratory.js';
import { measureClasses } from './science/measure-classes.js';
import { measureScience } from './science/measure-science.js';
import { classTable, scienceTable } from './science/science-table.js';

// `node dist/examples/measure.js` prints the metrics that the examples' versions carry; with `--science` it writes the table
// of docs/SCIENCE.md as well.
const SCIENCE = join(packageRoot, 'docs/SCIENCE.md');
const laboratory = await ExampleLaboratory.open();
try {
  process.stdout.write(`${JSON.stringify(await measureMetrics(laboratory), null, 2)}\n`);
  if (process.argv.includes('--science')) {
    const tables = [scienceTable(await measureScience(laboratory)), classTable(await measureClasses())].join(
      '\n\n',
    );
    process.stdout.write(`${tables}\n`);
    const page = await readFile(SCIENCE, 'utf8');
    await writeFile(SCIENCE, page.replace(/(<!-- table -->\n)[^]*?(\n<!-- end -->)/, `$1\n${tables}\n$2`));
  }
} finally {
  await laboratory.close();
}
