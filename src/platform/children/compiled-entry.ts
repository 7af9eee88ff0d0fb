import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where a worker thread or child process finds its compiled entry. Node 20 starts only JavaScript in a worker, so
 * code that is itself running from TypeScript (the test suite) points at the same file in `dist/`.
 */
export function compiledEntry(from: string, relativePath: string): URL {
  const here = fileURLToPath(new URL(relativePath, from));
  return pathToFileURL(
    /[\\/]dist[\\/]src[\\/]/.test(here)
      ? here
      : here.replace(/([\\/])src([\\/](?!.*[\\/]src[\\/]))/, '$1dist$1src$2'),
  );
}
