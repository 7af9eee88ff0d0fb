import { cpus } from 'node:os';
import type { BenchGroup } from './bench-run.js';
import { readOptions, type Options } from './options.js';

/** Measures the groups the arguments name, all without any, and prints their sections. */
export async function runGroups(
  groups: Readonly<Record<string, BenchGroup>>,
  args: readonly string[],
  method: (options: Options) => string,
): Promise<void> {
  const options = readOptions(args, Object.keys(groups));
  const began = performance.now();
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}. ${method(options)}` +
      `${options.quick ? ' A quick run: its figures say little.' : ''}\n`,
  );
  for (const [name, group] of Object.entries(groups)) {
    if (options.groups.length > 0 && !options.groups.includes(name)) continue;
    const progress = (text: string) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      process.stderr.write(`${seconds.padStart(4)} s  ${name}: ${text}\n`);
    };
    try {
      process.stdout.write(`\n${await group({ options, progress })}\n`);
    } catch (error) {
      // The others may still have something to say.
      progress(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      process.exitCode = 1;
    }
  }
}
