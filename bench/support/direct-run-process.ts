/** Runs a graph in a bare loop: no server, no queue, one thread. Forked by DirectRuns. */
import { InferenceSession, RuntimeTensor } from '../../src/runtime/sessions/runtime.js';
import type { DirectRunOrder, DirectRunReport } from './direct-runs.js';

process.on('message', (order: DirectRunOrder) => {
  void run(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());

async function run({ graph, shape, values, durationMs }: DirectRunOrder): Promise<DirectRunReport> {
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1 });
  const feeds = { x: new RuntimeTensor('float32', values, shape) };
  const first = await session.run(feeds);
  const outputs = Float32Array.from(first.y?.data as Float32Array);
  const began = performance.now();
  let runs = 0;
  do {
    await session.run(feeds);
    runs += 1;
  } while (performance.now() - began < durationMs);
  const seconds = (performance.now() - began) / 1000;
  await session.release();
  return { outputs, secondsPerRun: seconds / runs };
}
