import { measureMetrics } from './measurement/measure-metrics.js';
import { ExampleLaboratory } from './measurement/example-laboratory.js';

// `node dist/examples/measure.js` prints the metrics that the examples' versions carry.
const laboratory = await ExampleLaboratory.open();
try {
  process.stdout.write(`${JSON.stringify(await measureMetrics(laboratory), null, 2)}\n`);
} finally {
  await laboratory.close();
}
