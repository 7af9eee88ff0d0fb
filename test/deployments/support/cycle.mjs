// A Retort in this process that deploys and undeploys again and again, and then tells what is still alive of it: what a
// garbage collection leaves can only be asked for where jest's own contexts are not in between.
//   node cycle.mjs <data directory> <cycles in threads> <cycles in processes>
import { Buffer } from 'node:buffer';
import console from 'node:console';
import process from 'node:process';
import { queryObjects } from 'node:v8';
import { startApp } from '../../../dist/src/app.js';
import { Harness } from '../../../dist/src/deployments/harness/harness.js';
import { Reconciler } from '../../../dist/src/deployments/reconciler.js';
import { Serving } from '../../../dist/src/deployments/harness/serving.js';
import { Batcher } from '../../../dist/src/inference/batcher.js';
import { GraphBuilder } from '../../../dist/src/onnx/index.js';
import { ReplicatedModel } from '../../../dist/src/runtime/replicated-model.js';
import { parseConfig } from '../../../dist/src/platform/config.js';
import { createLogger } from '../../../dist/src/platform/logging.js';

const [, , RETORT_DATA, inThreads, inProcesses] = process.argv;
const parts = { Reconciler, Harness, Serving, ReplicatedModel, Batcher };

/** Looking through the heap takes a second, for one class or for all that inherit from it. */
class Counted {}
for (const { prototype } of Object.values(parts)) Object.setPrototypeOf(prototype, Counted.prototype);

function alive() {
  const counts = Object.fromEntries(Object.keys(parts).map((name) => [name, 0]));
  for (const summary of queryObjects(Counted, { format: 'summary' })) {
    const [name] = /^\w+/.exec(summary) ?? [];
    if (name in counts) counts[name] += 1;
  }
  return counts;
}

const config = parseConfig({ RETORT_DATA, PORT: '0', RETORT_EXAMPLES: 'false', RETORT_WORKERS: '1' });
const app = await startApp(config, createLogger('silent'));
await app.ready;

async function mutate(field, input, selection) {
  const response = await globalThis.fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation ($input: ${field[0].toUpperCase()}${field.slice(1)}Input!) {
        ${field}(input: $input) { ${selection} userErrors { message } } }`,
      variables: { input },
    }),
  });
  const { data, errors } = await response.json();
  const [refusal] = [...(errors ?? []), ...(data?.[field].userErrors ?? [])];
  if (refusal) throw new Error(`${field}: ${refusal.message}`);
  return data[field];
}

const graph = new GraphBuilder('scaling', { opset: 17 });
graph.input('x', 'FP32', ['rows', 4]);
graph.constant('factor', 'FP32', [], [2]);
graph.node('Mul', ['x', 'factor'], {}, ['y']);
graph.output('y', 'FP32', ['rows', 4]);
await mutate('registerModel', { name: 'cycled', domain: 'GENERAL' }, 'model { name }');
const base64 = Buffer.from(graph.build()).toString('base64');
await mutate('publishVersion', { model: 'cycled', artifact: { base64 } }, 'version { ref }');

async function serve(name, isolation, limits) {
  const input = { name, version: 'cycled@1', runtime: { isolation }, limits };
  const { deployment } = await mutate('deployVersion', input, 'deployment { state stateReason }');
  if (deployment.state !== 'READY') throw new Error(deployment.stateReason);
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
  const { outputs } = await mutate('infer', { deployment: name, inputs }, 'outputs { data }');
  if (outputs[0].data.join() !== '2,4,6,8') throw new Error('a wrong answer');
}

async function cycle(name, isolation) {
  await serve(name, isolation, { maxQueue: 10 });
  // A second revision, so that a switch and its draining are part of it.
  await serve(name, isolation, { maxQueue: 9, idleUnloadMs: 60_000 });
  await mutate('undeploy', { name }, 'deployment { state }');
}

const cycles = { THREAD: Number(inThreads), PROCESS: Number(inProcesses) };
for (const [isolation, count] of Object.entries(cycles)) {
  for (let round = 0; round < count; round += 1) {
    await cycle('same-name', isolation);
    await cycle(`name-${round}-${isolation.toLowerCase()}`, isolation);
  }
}
// A second, so it is asked for all cycles together.
const left = alive();
await serve('serving', 'THREAD', { maxQueue: 10 });
console.log(JSON.stringify({ left, serving: alive(), residentMegabytes: process.memoryUsage.rss() / 1e6 }));
await app.close();
process.exit(0);
