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
import { fairnessGroup } from './serving/fairness-group.js';
import { faultsGroup } from './serving/faults-group.js';
import { growthGroup } from './serving/growth-group.js';
import { isolationGroup } from './serving/isolation-group.js';
import { largeGroup } from './serving/large-group.js';
import { monitoringGroup } from './serving/monitoring-group.js';
import { payloadsGroup } from './serving/payloads-group.js';
import { smallGroup } from './serving/small-group.js';
import type { BenchGroup } from './support/bench-run.js';
import { runGroups } from './support/groups.js';

const GROUPS: Readonly<Record<string, BenchGroup>> = {
  small: smallGroup,
  large: largeGroup,
  isolation: isolationGroup,
  fairness: fairnessGroup,
  payloads: payloadsGroup,
  monitoring: monitoringGroup,
  growth: growthGroup,
  faults: faultsGroup,
};

await runGroups(
  GROUPS,
  process.argv.slice(2),
  ({ rounds, roundMs }) =>
    `Medians of ${rounds} rounds of ${roundMs / 1000} s in which the candidates take turns; ratios are taken round by round.`,
);
