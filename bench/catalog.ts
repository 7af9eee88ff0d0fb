/**
 * What a catalog of 1,000 models and 100,000 versions costs to read and to change, and what comparing two large graphs
 * costs whoever asks for something else meanwhile.
 *
 *   BENCH_DATABASE_URL=postgresql://… npm run bench:catalog     a database of its own; whatever it holds is deleted
 *   npm run bench:catalog -- --group comparison                 one group; may be repeated
 *   npm run bench:catalog -- --quick                            a quarter of it: whether it works, not how fast it is
 *
 * Every answer is compared with what was put in; a wrong one fails the run. Tables go to standard output, progress to
 * standard error. Without BENCH_DATABASE_URL only the comparison is measured.
 */
import { catalogGroup } from './catalog/catalog-group.js';
import { comparisonGroup } from './catalog/comparison-group.js';
import { runGroups } from './support/groups.js';

await runGroups(
  { catalog: catalogGroup(process.env.BENCH_DATABASE_URL), comparison: comparisonGroup },
  process.argv.slice(2),
  ({ rounds }) => `Medians of ${rounds} rounds in which the questions take turns.`,
);
