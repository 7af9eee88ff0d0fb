import type { DatabaseKind } from './databases.js';

/** How thorough the run is: 1 for `npm test`, more for `npm run test:long`. */
const depth = Number(process.env.RETORT_TEST_DEPTH ?? 1);

/** Whether this is a run that may take hours. */
export const isLongRun = depth > 1;

/** How often a test repeats what only chance or a great number finds, when `usual` times are its share of `npm test`. */
export function rounds(usual: number): number {
  return Math.ceil(usual * depth);
}

/**
 * How often a server is killed in each of the tests that kill it; RETORT_TEST_KILLS for a longer hunt. In a usual run twice
 * over the embedded database, so that what goes on after a kill is killed too, and once over PostgreSQL.
 */
export function kills(kind: DatabaseKind): number {
  const { RETORT_TEST_KILLS: wanted } = process.env;
  if (wanted !== undefined) return Number(wanted);
  return kind === 'embedded' || isLongRun ? rounds(2) : 1;
}
