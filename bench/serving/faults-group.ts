import { setTimeout as delay } from 'node:timers/promises';
import { smallModel, type BenchModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import type { LoadReport, Tally } from '../support/load-messages.js';
import { ms, table } from '../support/markdown.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import { median } from '../support/statistics.js';

const KILLS = 20;
/** A runner that keeps dying is started again later and later; with several, none dies so often that this is measured. */
const VICTIMS = ['victim-1', 'victim-2', 'victim-3', 'victim-4'] as const;
const BYSTANDERS = { 'thread-bystander': 'THREAD', 'process-bystander': 'PROCESS' } as const;
const CONNECTIONS = 16;
/** What the callers of a model whose runner died may be told: all of it says that trying again helps. */
const RETRYABLE = ['UNAVAILABLE'];
const POLL_MS = 5;
const PATIENCE_MS = 60_000;

/** What callers notice when the process that runs a model is killed. */
export const faultsGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using victimLoad = new LoadGenerator();
  await using bystanderLoad = new LoadGenerator();
  await using retort = await startRetort(run.options);
  const model = await smallModel(direct);
  await retort.publish('small', model.graph);
  const runners = new Map<string, number>();
  for (const name of VICTIMS) {
    const before = retort.processes();
    await retort.deploy(name, { model: 'small', runtime: { isolation: 'PROCESS' } });
    runners.set(name, newProcess(retort, before));
  }
  for (const [name, isolation] of Object.entries(BYSTANDERS))
    await retort.deploy(name, { model: 'small', runtime: { isolation } });

  const load = (names: readonly string[]) => ({
    port: retort.port,
    exchanges: interleaved(model, names).map((call) => graphqlInfer(call)),
    connections: CONNECTIONS,
    apart: true,
  });
  const victims = await victimLoad.start(load(VICTIMS), RETRYABLE);
  const bystanders = await bystanderLoad.start(load(Object.keys(BYSTANDERS)));
  await delay(run.options.warmUpMs);
  const recoveries: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const name = VICTIMS[kill % VICTIMS.length] ?? VICTIMS[0];
    const before = retort.processes();
    process.kill(runners.get(name) ?? NaN, 'SIGKILL');
    recoveries.push(await untilAnswered(retort, model, name));
    runners.set(name, newProcess(retort, before));
    run.progress(`kill ${kill + 1}: ${name} answers again after ${recoveries.at(-1)?.toFixed(0) ?? ''} ms`);
  }
  return section(recoveries, await victims.stop(), await bystanders.stop());
};

/** Neighbouring requests go to different deployments. */
function interleaved(model: BenchModel, names: readonly string[]) {
  return model.calls('').flatMap((call) => names.map((name) => ({ ...call, deployment: name, label: name })));
}

function newProcess(retort: RetortServer, before: readonly number[]): number {
  const [pid] = retort.processes().filter((candidate) => !before.includes(candidate));
  if (pid === undefined)
    throw new Error('Expected a runner of isolation PROCESS to be a new child of the server.');
  return pid;
}

/** @returns milliseconds until the deployment gives an answer, counted from now. */
async function untilAnswered(retort: RetortServer, model: BenchModel, deployment: string): Promise<number> {
  const [call] = model.calls(deployment);
  const inputs = [{ name: 'x', datatype: 'FP32', shape: call?.shape, data: [...(call?.values ?? [])] }];
  const began = performance.now();
  while (performance.now() - began < PATIENCE_MS) {
    const answer = await fetch(`http://127.0.0.1:${retort.port}/v2/models/${deployment}/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
    await answer.arrayBuffer();
    if (answer.ok) return performance.now() - began;
    await delay(POLL_MS);
  }
  throw new Error(
    `Deployment "${deployment}" did not answer within ${PATIENCE_MS} ms of its runner's death.`,
  );
}

function section(recoveries: readonly number[], victims: LoadReport, bystanders: LoadReport): string {
  const rows = [...Object.entries(victims.tallies), ...Object.entries(bystanders.tallies)].map(
    ([name, tally]) => [name, String(tally.right), refusals(tally), String(tally.wrong), String(tally.lost)],
  );
  return [
    `### Faults: kill -9 a runner of isolation PROCESS, ${KILLS} times under load`,
    table(
      ['deployment', 'right answers', 'retryable errors', 'wrong answers', 'lost without an error'],
      rows,
    ),
    `From the kill to the next right answer: median ${ms(median(recoveries))}, at most ${ms(Math.max(...recoveries))}.`,
  ].join('\n\n');
}

function refusals({ refused }: Tally): string {
  const entries = Object.entries(refused);
  return entries.length === 0 ? '0' : entries.map(([code, times]) => `${times} × ${code}`).join(', ');
}
