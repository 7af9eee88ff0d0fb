import suite from '../../jest.config.js';

/** A model beyond 2 GB, which takes 15 GB of disk for some minutes: npm run test:large. No part of npm test. */
/** @type {import('jest').Config} */
export default {
  ...suite,
  rootDir: '../..',
  roots: ['<rootDir>/test/large'],
  testPathIgnorePatterns: ['/node_modules/'],
  // One is enough for the disk.
  maxWorkers: 1,
};
