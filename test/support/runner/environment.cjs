'use strict';
const { subscribe } = require('node:diagnostics_channel');
const { appendFileSync } = require('node:fs');
const { basename } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const { processTimes } = require('./process-times.cjs');

// PostgreSQL's code is compiled once, quickly: compiling it well as well costs a tenth of the whole suite.
setFlagsFromString('--liftoff-only');

/** What jest-circus keeps on the global object for the file that runs, by the names of its symbols. */
const OF_ONE_FILE = [
  'EVENT_HANDLERS',
  'TEST_TIMEOUT_SYMBOL',
  'RETRY_TIMES',
  'WAIT_BEFORE_RETRY',
  'RETRY_IMMEDIATELY',
  'LOG_ERRORS_BEFORE_RETRY',
];

/** What test/support/costs.ts and the processes of the file that runs have cost, by what they are. */
const SPENT = Symbol.for('retort.test.spent');

if (process.env.RETORT_TEST_COSTS)
  subscribe('child_process', ({ process: child }) => child.once('exit', () => noteProcess(child)));

let childrenSeen = 0;

/** The kernel adds up what the processes have used that have ended: the difference is of the one that has ended now. */
function noteProcess({ spawnfile, spawnargs }) {
  const { children } = processTimes();
  const script = spawnargs.slice(1).find((argument) => /^[^\s-]\S*\.[cm]?js$/.test(argument));
  const what = ['process:', basename(spawnfile), ...(script ? [basename(script)] : [])].join(' ');
  const spent = (globalThis[SPENT] ??= new Map());
  const sum = spent.get(what) ?? { times: 0, cpu: 0 };
  spent.set(what, { times: sum.times + 1, cpu: sum.cpu + children - childrenSeen });
  childrenSeen = children;
}

/** Node's own globals for every test file of a worker, and not a context for each, in which all modules load anew. */
module.exports = class NativeEnvironment {
  constructor({ projectConfig }, { testPath }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = new LegacyFakeTimers({
      config: projectConfig,
      global: globalThis,
      moduleMocker: this.moduleMocker,
      timerConfig: { idToRef: (id) => id, refToId: (timer) => timer },
    });
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    // Jest replaces these for each file and takes no care of what was there.
    this.replaced = { console: globalThis.console, exit: process.exit };
    for (const name of OF_ONE_FILE) delete globalThis[Symbol.for(name)];
    this.began = { testPath, at: performance.now(), times: processTimes() };
  }

  async setup() {
    // Jest asks for a hundred frames of every error, and errors are how Retort refuses.
    Error.stackTraceLimit = 25;
  }

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    globalThis.console = this.replaced.console;
    process.exit = this.replaced.exit;
    if (process.env.RETORT_TEST_COSTS) this.writeCosts(process.env.RETORT_TEST_COSTS);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }

  /** One line for scripts/test-costs.mjs. */
  writeCosts(file) {
    const { testPath, at, times } = this.began;
    const now = processTimes();
    const costs = {
      testPath,
      seconds: (performance.now() - at) / 1_000,
      cpu: now.own - times.own,
      childrenCpu: now.children - times.children,
      spent: Object.fromEntries(globalThis[SPENT] ?? []),
    };
    globalThis[SPENT]?.clear();
    appendFileSync(file, `${JSON.stringify(costs)}\n`);
  }
};
