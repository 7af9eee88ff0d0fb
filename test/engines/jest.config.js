import suite from '../../jest.config.js';

/** Serving engines of others, installed from PyPI: npm run test:engines. No part of npm test, which needs no network. */
/** @type {import('jest').Config} */
export default {
  ...suite,
  rootDir: '../..',
  roots: ['<rootDir>/test/engines'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each engine takes a core, and says little when it shares it.
  maxWorkers: 1,
};
