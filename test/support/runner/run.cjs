'use strict';
// The names by which the processes of one run of the tests find what it has made.
const { join, relative, resolve } = require('node:path');

const root = resolve(__dirname, '../../..');

/** The folder in which all temporary files of the run lie. */
const folder = () => process.env.RETORT_TEST_RUN ?? '';

/** The compiled JavaScript of a TypeScript file. */
const compiledFile = (path) => join(folder(), 'compiled', relative(root, path).replace(/\.ts$/, '.js'));

/** Where the keeper listens. */
const keeperSocket = (run = folder()) => join(run, 'keeper');

/** What a process of the run hands on to those that it starts, as RETORT_TEST_OWNER. */
const markOf = (pid, run = folder()) => `${pid}@${run}`;

module.exports = { root, compiledFile, keeperSocket, markOf };
