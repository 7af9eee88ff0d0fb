// How Node loads the TypeScript of the tests and of what they test (module.register): from what was compiled for the run.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compiledFile } from './run.cjs';

const globals = new URL('globals.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    try {
      return await next(specifier.replace(/js$/, 'ts'), context);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  return {
    format: 'module',
    source: await readFile(compiledFile(fileURLToPath(url)), 'utf8'),
    shortCircuit: true,
  };
}
