import { availableParallelism } from 'node:os';
import { measureSlowness } from './test/support/runner/machine-speed.js';

/** How long a test may take on a quiet machine of today. None comes near: the limit is for what never ends. */
const LIMIT_MS = 180_000 * Math.max(1, Number(process.env.RETORT_TEST_DEPTH ?? 1));

// For test/support/patience.ts, in every worker.
process.env.RETORT_TEST_SLOWNESS ??= String(measureSlowness());

/** @type {import('jest').Config} */
export default {
  // Native modules, loaded once a worker: see test/support/runner.
  testEnvironment: '<rootDir>/test/support/runner/environment.cjs',
  runtime: '<rootDir>/test/support/runner/runtime.cjs',
  transform: {},
  injectGlobals: false,
  setupFiles: ['<rootDir>/test/support/runner/property-tests.mjs'],
  // The suites wait for servers and for each other's processes a third of their time.
  maxWorkers: Math.min(8, Math.ceil(availableParallelism() * 1.5)),
  // They end when they are told to (runtime.cjs), however busy the machine is.
  workerGracefulExitTimeout: 60_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Need the network: npm run test:clients, test:converters, test:engines.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/test/clients/',
    '/test/converters/',
    '/test/engines/',
    '/test/large/',
  ],
  globalSetup: '<rootDir>/test/support/runner/global-setup.js',
  globalTeardown: '<rootDir>/test/support/runner/global-teardown.js',
  testTimeout: Math.ceil(LIMIT_MS * Number(process.env.RETORT_TEST_SLOWNESS)),
  reporters: ['default', '<rootDir>/test/support/runner/count-reporter.js'],
};
