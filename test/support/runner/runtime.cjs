'use strict';
const { existsSync } = require('node:fs');
const { register } = require('node:module');
const { connect } = require('node:net');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { default: Runtime } = require('jest-runtime');
const { compiledFile, keeperSocket, markOf } = require('./run.cjs');

register('./typescript.mjs', pathToFileURL(__filename));

// The keeper ends whatever carries this mark when the line breaks: see keeper.mjs.
process.env.RETORT_TEST_OWNER = markOf(process.pid);
const line = connect(keeperSocket(), () => line.write(String(process.pid)));
line.on('error', (error) => console.error('The keeper of the tests is gone:', error.message)).unref();

/** What jest-worker tells a worker when there is nothing more to do. */
const CHILD_MESSAGE_END = 2;

// Jest gives a worker half a second for what its modules hold to end by itself, and that is little on a busy machine, with
// threads that are kept for the next file (kept-databases.ts). What a test left behind in other processes is for the keeper
// to tell.
if (require.main?.filename.endsWith('processChild.js'))
  process.on('message', ([type]) => {
    if (type === CHILD_MESSAGE_END) process.kill(process.pid, 'SIGKILL');
  });

/** Of every file that the loader served, for the positions in stacks. */
class SourceMaps extends Map {
  get(source) {
    const path = source.startsWith('file:') ? fileURLToPath(source) : source;
    const map = `${compiledFile(path)}.map`;
    return existsSync(map) ? map : undefined;
  }
}

/**
 * Loads test files, and with them everything they import, as Node itself does: a module is compiled and run once a worker
 * and not once a file. What a module keeps is therefore shared by the files of a worker, as by the requests of a server.
 */
module.exports = class NativeRuntime extends Runtime {
  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(from) {
    const { use } = await import('./globals.mjs');
    use(this.requireModuleOrMock(from, '@jest/globals'));
    return import(pathToFileURL(from).href);
  }

  requireInternalModule(from, to) {
    if (to !== undefined) return super.requireInternalModule(from, to);
    // The part of jest-circus that holds the tests of one file; what it requires in turn stays.
    delete require.cache[from];
    return require(from);
  }

  getSourceMaps() {
    return new SourceMaps();
  }
};
