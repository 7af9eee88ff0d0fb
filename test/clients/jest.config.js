import suite from '../../jest.config.js';

/** Clients that others made, installed from their registries: npm run test:clients. No part of npm test, which needs no network. */
/** @type {import('jest').Config} */
export default {
  ...suite,
  rootDir: '../..',
  roots: ['<rootDir>/test/clients'],
  testPathIgnorePatterns: ['/node_modules/'],
};
