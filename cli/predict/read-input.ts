import { text as readStream } from 'node:stream/consumers';
import { wrongUsage } from '../failure.js';
import { readText } from '../files.js';
import { instanceArgument, readInstances, type InstanceFormat } from './instances.js';

/** The instances of the command line, of a file, or (`-`) of stdin. @throws Failure USAGE */
export async function readInput(
  given: readonly string[],
  file: string | undefined,
  format: InstanceFormat | undefined,
): Promise<readonly unknown[]> {
  if (file === undefined) {
    if (given.length > 0) return given.map(instanceArgument);
    throw wrongUsage('Expected instances, or a file of them with --input (- for stdin), got none.');
  }
  if (given.length > 0) throw wrongUsage('Expected instances or --input, got both.');
  const content = file === '-' ? await readStream(process.stdin) : await readText(file);
  const name = file === '-' ? 'stdin' : file;
  const instances = readInstances(content, name, format);
  if (instances.length === 0) throw wrongUsage(`Expected at least one instance in ${name}, got none.`);
  return instances;
}
