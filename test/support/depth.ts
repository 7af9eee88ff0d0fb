/** How thorough the run is: 1 for `npm test`, more for `npm run test:long`. */
const depth = Number(process.env.RETORT_TEST_DEPTH ?? 1);

/** Whether this is a run that may take hours. */
export const isLongRun = depth > 1;

/** How often a test repeats what only chance or a great number finds, when `usual` times are its share of `npm test`. */
export function rounds(usual: number): number {
  return Math.ceil(usual * depth);
}

/** How often a server is killed in each of the tests that kill it; RETORT_TEST_KILLS for a longer hunt. */
export function kills(): number {
  return Number(process.env.RETORT_TEST_KILLS ?? rounds(1));
}
