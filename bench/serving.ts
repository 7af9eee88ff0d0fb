/**
 * What serving costs: throughput, latency, fairness, growth and faults of a whole Retort, against what the machine could
 * do at best, in one run.
 *
 *   npm run bench:serving                       everything, about ten minutes
 *   npm run bench:serving -- --group small      one group; may be repeated
 *   npm run bench:serving -- --quick            a few seconds each: whether it works, not how fast it is
 *   npm run bench:serving -- --profile DIRECTORY writes processor profiles of the servers there
 *
 * Every answer is compared with what the bare runtime computed; a wrong, refused or missing one fails the run. Tables go
 * to standard output, progress to standard error.
 */
import { cpus } from 'node:os';
import { fairnessGroup } from './serving/fairness-group.js';
import { faultsGroup } from './serving/faults-group.js';
import { growthGroup } from './serving/growth-group.js';
import { isolationGroup } from './serving/isolation-group.js';
import { largeGroup } from './serving/large-group.js';
import { payloadsGroup } from './serving/payloads-group.js';
import { smallGroup } from './serving/small-group.js';
import type { BenchGroup } from './support/bench-run.js';
import { readOptions } from './support/options.js';

const GROUPS: Readonly<Record<string, BenchGroup>> = {
  small: smallGroup,
  large: largeGroup,
  isolation: isolationGroup,
  fairness: fairnessGroup,
  payloads: payloadsGroup,
  growth: growthGroup,
  faults: faultsGroup,
};

const options = readOptions(process.argv.slice(2), Object.keys(GROUPS));
const began = performance.now();
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}. ` +
    `Medians of ${options.rounds} rounds of ${options.roundMs / 1000} s in which the candidates take turns; ratios are ` +
    `taken round by round.${options.quick ? ' A quick run: its figures say little.' : ''}\n`,
);
for (const [name, group] of Object.entries(GROUPS)) {
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
