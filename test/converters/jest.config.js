import suite from '../../jest.config.js';

/**
 * Frameworks that are too large for npm test, gigabytes from PyPI: npm run test:converters, or with a name behind it (`-- mxnet`)
 * for one of them.
 */
/** @type {import('jest').Config} */
export default {
  ...suite,
  rootDir: '../..',
  roots: ['<rootDir>/test/converters'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Their processes take gigabytes of memory.
  maxWorkers: 1,
};
